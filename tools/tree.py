"""Fail when a tracked file names a package registry's host or a path of somebody's machine.

``python -m tools.tree`` looks at what git tracks. Which index to install from is a setting of the machine, and a path
that exists on one machine only is a bug on every other.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The letters in brackets keep this file from finding itself.
HOSTS = re.compile(
    rb"py[p]i\.(?:org|python\.org)|pytho[n]hosted\.org|registry\.np[m]js|proxy\.gol[a]ng|sum\.gol[a]ng"
    rb"|repo1?\.mave[n]|(?:deb|security)\.debia[n]\.org|static\.crate[s]\.io|index\.crate[s]\.io"
)
PATHS = re.compile(rb"(?<![\w.${}~-])/(?:wor[k]|roo[t]|home/[a-z][\w.-]*|User[s]/\w[\w.-]*)/")


def tracked(root: Path) -> list[Path]:
    """The files git tracks under ``root`` that exist, sorted."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True).stdout
    return sorted(path for name in listed.decode().split("\0") if name and (path := root / name).is_file())


def offences(path: Path) -> list[str]:
    """What a file says that it must not, as ``line: what``."""
    data = path.read_bytes()
    if b"\0" in data:
        return []
    return [
        f"{number}: {match.group().decode()}"
        for number, line in enumerate(data.splitlines(), start=1)
        for pattern in (HOSTS, PATHS)
        for match in pattern.finditer(line)
    ]


def main() -> int:
    """Print every offence; return 1 when there are any."""
    files = tracked(ROOT)
    found = [f"{path.relative_to(ROOT)}:{offence}" for path in files for offence in offences(path)]
    for line in found:
        print(f"tree: {line}", file=sys.stderr)
    if not found:
        print(f"tree: no registry host and no machine path in {len(files)} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
