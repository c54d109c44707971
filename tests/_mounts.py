"""Commands that see mounts which nobody else sees."""

from __future__ import annotations

import subprocess

import pytest

__all__ = ["mounted"]

_ALONE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-ec")


def mounted(setup: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command after lines of shell that mount something, in a namespace that ends with it.

    Skips the test where users may not have such a namespace.
    """
    try:
        probe = subprocess.run([*_ALONE, "mount -t tmpfs tmpfs /mnt"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no command `unshare`")
    if probe.returncode:
        pytest.skip(f"nothing can be mounted here: {probe.stderr.strip()}")
    script = f'{setup}\nexec "$@"'
    return subprocess.run([*_ALONE, script, "sh", *command], capture_output=True, text=True, check=False)
