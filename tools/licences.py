"""Fail when an installed distribution is under a licence the project must not depend on.

``python -m tools.licences`` looks at everything installed beside it. The Business Source License is the one that has
bitten: lakeFS and its SDK moved to it in 1.87, and an upgrade would bring it in without a word.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FORBIDDEN = re.compile(r"\bBUSL\b|\bBSL-1\.1\b|Business Source Licen[cs]e", re.IGNORECASE)
LICENCE_FILE = re.compile(r"\.dist-info/(.*/)?(LICEN[CS]E|COPYING)[^/]*$", re.IGNORECASE)


def statements(distribution: Distribution) -> Iterator[str]:
    """Everything a distribution says about its licence: the metadata fields, then the licence files it carries."""
    metadata = distribution.metadata
    for field in ("License-Expression", "License", "Classifier"):
        yield from (str(value) for value in metadata.get_all(field) or ())
    for file in distribution.files or ():
        if LICENCE_FILE.search(file.as_posix()):
            yield file.read_text(encoding="utf-8") if Path(file.locate()).is_file() else ""


def offenders() -> list[str]:
    """The installed distributions that declare a forbidden licence, as ``name version: what it says``."""
    found = {
        f"{each.metadata['Name']} {each.version}: {match.group()}"
        for each in distributions()
        for statement in statements(each)
        if (match := FORBIDDEN.search(statement))
    }
    return sorted(found)


def main() -> int:
    """Print the offenders; return 1 when there are any."""
    found = offenders()
    for line in found:
        print(f"licences: {line}", file=sys.stderr)
    if not found:
        print(f"licences: none of {sum(1 for _ in distributions())} distributions is under the Business Source License")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
