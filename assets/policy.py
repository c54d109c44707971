"""Policy: the value ordering as tables. Opening the project fills them; the asset shows when they changed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets._building import RESOURCE
from assets._specs import asset_key, filled_spec, tables_in
from assets._versions import rows_and_version

if TYPE_CHECKING:
    from prefstrata.pipeline import Session

__all__ = ["ASSETS"]

_TABLES = tables_in("policy")


@dg.multi_asset(name="policy", specs=[filled_spec(name) for name in _TABLES], required_resource_keys={RESOURCE})
def _policy(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
    session: Session = context.resources.session
    loaded = ", ".join(policy.ref for policy, _ in session.policies)
    for full_name in _TABLES:
        count, version = rows_and_version(session.engine, full_name)
        metadata: dict[str, Any] = {"dagster/row_count": count, "policies": loaded}
        yield dg.MaterializeResult(asset_key=asset_key(full_name), metadata=metadata, data_version=version)


ASSETS = (_policy,)
