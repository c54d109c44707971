"""``prefstrata checkout``: a layer in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefstrata.cli._commands._released import released
from prefstrata.cli._output import Grid, counted, size
from prefstrata.model import ConfigError
from prefstrata.trainers import FORMATS, checkout_layer

if TYPE_CHECKING:
    from pathlib import Path

    from prefstrata.cli._call import Call

__all__ = ["checkout"]


def checkout(call: Call, layer: str, form: str, out: Path, *, layer_only: bool) -> None:
    """Write ``LAYER[@REF]`` into the folder ``out``."""
    name, _, ref = layer.partition("@")
    if form not in FORMATS:
        raise ConfigError(f"there is no format {form!r}", where="--for", todo=f"write one of {', '.join(FORMATS)}")
    with call.store() as store, call.output.working(f"checking out {layer}") as doing:
        released(store, ref or "latest")
        made = checkout_layer(store, name, ref or "latest", out, form=form, layer_only=layer_only, progress=doing)
    rows = [(file.path, file.rows, size(file.bytes)) for file in made.files]
    call.output.emit(
        made.document(),
        f"{counted(made.rows, 'record')} of {made.layer} from {made.tag or made.commit}, every byte verified, in {out}",
        Grid.of("file >records >size", rows),
    )
