"""Where the data files of the platform are: beside the code in a checkout, inside the package in a wheel."""

from __future__ import annotations

from pathlib import Path

__all__ = ["data_directory"]

_PACKAGE = Path(__file__).resolve().parent.parent


def data_directory(name: str) -> Path:
    """The folder ``sql`` or ``policies`` of this installation.

    Raises:
        FileNotFoundError: the installation is broken.
    """
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"this installation of prefstrata has no {name}/ folder")
