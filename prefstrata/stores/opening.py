"""Which store to open: its configuration, and the one call that opens it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from prefstrata.model import ConfigError

if TYPE_CHECKING:
    from prefstrata.stores.protocol import VersionStore

__all__ = ["LakeFSConfig", "LocalConfig", "StoreConfig", "open_store"]


class LocalConfig(BaseModel):
    """A store in a folder of this machine.

    Attributes:
        kind: ``local``.
        path: the folder; made when absent. Not on NFS.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["local"] = "local"
    path: Path


class LakeFSConfig(BaseModel):
    """A store on a lakeFS server. Its credentials come from the environment only.

    The environment is ``PREFSTRATA_LAKEFS_ACCESS_KEY_ID`` and ``PREFSTRATA_LAKEFS_SECRET_ACCESS_KEY`` (and
    ``PREFSTRATA_LAKEFS_ENDPOINT`` when no endpoint is configured), or the names lakectl uses:
    ``LAKECTL_CREDENTIALS_ACCESS_KEY_ID``, ``LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY``, ``LAKECTL_SERVER_ENDPOINT_URL``.

    Attributes:
        kind: ``lakefs``.
        endpoint: URL of the server, such as ``https://lakefs.example.com``.
        repository: a repository that holds nothing but releases; made when absent.
        storage_namespace: where the server keeps a repository it makes; ``local://REPOSITORY`` when not given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["lakefs"] = "lakefs"
    endpoint: str | None = None
    repository: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{2,62}$")
    storage_namespace: str | None = None

    @field_validator("endpoint")
    @classmethod
    def _is_plain_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an http or https URL")
        if parts.username or parts.password or parts.query:
            raise ValueError("must not hold credentials: set PREFSTRATA_LAKEFS_ACCESS_KEY_ID and its secret instead")
        return value.rstrip("/").removesuffix("/api/v1")


StoreConfig = Annotated[LocalConfig | LakeFSConfig, Field(discriminator="kind")]
"""The ``store`` section of a project's configuration."""

_CONFIG: TypeAdapter[LocalConfig | LakeFSConfig] = TypeAdapter(StoreConfig)


def open_store(config: LocalConfig | LakeFSConfig | Mapping[str, object] | Path | str) -> VersionStore:
    """Open a version store, and make it when there is none.

    Args:
        config: a store configuration, the mapping of one, the folder of a local store, or
            ``lakefs+http://host:port/repository``.

    Raises:
        ConfigError: the configuration is wrong, or credentials are missing or refused.
        UnreachableError: the server does not answer.
    """
    chosen = _config(config)
    # Imported here: a project on the embedded store must not pay for, or need, the other one's client.
    if isinstance(chosen, LocalConfig):
        from prefstrata.stores.local import LocalStore  # noqa: PLC0415 - see above

        return LocalStore(chosen.path)
    from prefstrata.stores.lakefs import Credentials, LakeFSStore  # noqa: PLC0415 - see above

    endpoint = chosen.endpoint or _first("PREFSTRATA_LAKEFS_ENDPOINT", "LAKECTL_SERVER_ENDPOINT_URL")
    key = _first("PREFSTRATA_LAKEFS_ACCESS_KEY_ID", "LAKECTL_CREDENTIALS_ACCESS_KEY_ID")
    secret = _first("PREFSTRATA_LAKEFS_SECRET_ACCESS_KEY", "LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY")
    if not endpoint:
        raise ConfigError(
            "the lakeFS store has no endpoint",
            where="store",
            todo="set store.endpoint, or PREFSTRATA_LAKEFS_ENDPOINT in the environment",
        )
    if not key or not secret:
        raise ConfigError(
            "the credentials of the lakeFS server are missing",
            where=endpoint,
            todo="set PREFSTRATA_LAKEFS_ACCESS_KEY_ID and PREFSTRATA_LAKEFS_SECRET_ACCESS_KEY in the environment",
        )
    plain = chosen.model_copy(update={"endpoint": LakeFSConfig(endpoint=endpoint, repository="any").endpoint})
    return LakeFSStore(plain, Credentials(key, secret))


def _config(config: LocalConfig | LakeFSConfig | Mapping[str, object] | Path | str) -> LocalConfig | LakeFSConfig:
    if isinstance(config, LocalConfig | LakeFSConfig):
        return config
    try:
        if isinstance(config, Mapping):
            return _CONFIG.validate_python(dict(config))
        if isinstance(config, str) and config.startswith("lakefs+http"):
            endpoint, _, repository = config.removeprefix("lakefs+").rpartition("/")
            return LakeFSConfig(endpoint=endpoint, repository=repository)
        return LocalConfig(path=Path(config))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        # The last part is the key as it is written; before it stands pydantic's name of a kind of store.
        field = ".".join(["store", *(str(part) for part in first["loc"][-1:])])
        raise ConfigError(first["msg"], where=field, todo="correct the store section of the configuration") from None


def _first(*names: str) -> str:
    return next((os.environ[name] for name in names if os.environ.get(name)), "")
