"""``prefstrata init``: a project folder of one's own."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from prefstrata.model import ConfigError
from prefstrata.model.resources import data_directory
from prefstrata.model.room import in_room

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prefstrata.cli._call import Call

__all__ = ["init"]

_TEMPLATE = Path(__file__).resolve().parent.parent / "template"
_NAME = "PROJECT_NAME"
_FILES = {
    "prefstrata.yaml": "prefstrata.yaml",
    "README.md": "README.md",
    ".gitignore": "gitignore",
    "inbox/.gitkeep": "gitkeep",
}


def _demand_folders(folder: Path, texts: Iterable[str]) -> None:
    """Nothing may stand where a folder must be: found before the first file is written."""
    for needed in sorted({folder, *((folder / path).parent for path in texts)}):
        if needed.exists() and not needed.is_dir():
            raise ConfigError("it is a file, and a folder must be there", where=str(needed), todo="move it away")


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the files, all of them or none: what is half there would be in the way of the next try."""
    made: list[Path] = []
    try:
        for path, text in texts.items():
            target = folder / path
            for above in [each for each in reversed(target.parents) if not each.exists()]:
                above.mkdir()
                made.append(above)
            with target.open("x", encoding="utf-8") as file:
                made.append(target)
                file.write(text)
    except BaseException:
        for each in reversed(made):
            with suppress(OSError):  # where somebody has put a file of theirs meanwhile
                each.rmdir() if each.is_dir() else each.unlink()
        raise


def init(call: Call, folder: Path) -> None:
    """Write a project's first files; nothing that is there is touched."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", folder.resolve().name).strip("-._")[:100] or "preferences"
    texts = {path: (_TEMPLATE / source).read_text("utf-8").replace(_NAME, name) for path, source in _FILES.items()}
    _demand_folders(folder, texts)
    texts["policies/general.yaml"] = (data_directory("policies") / "general.yaml").read_text("utf-8")
    if there := [path for path in texts if (folder / path).exists()]:
        raise ConfigError(
            f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} there already, and init overwrites nothing",
            where=str(folder),
            todo="name another folder",
        )
    with in_room(folder):
        _write(folder, texts)
    call.output.emit(
        {"project": name, "folder": str(folder), "files": sorted(texts)},
        f"made the project {name} in {folder}",
        f"next: put a .jsonl file into {folder / 'inbox'}, then `prefstrata run --project {folder}`",
    )
