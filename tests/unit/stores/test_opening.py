"""Opening a store: what the configuration may say, and what is imported for it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from prefstrata.model import ConfigError
from prefstrata.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path


def test_the_embedded_store_needs_no_client(tmp_path: Path) -> None:
    """A release on disk is made and read without importing the lakeFS client, pandas, or anything of the platform."""
    code = (
        "import sys; from prefstrata.stores import open_store; s = open_store(sys.argv[1]); s.resolve('latest');"
        "print(sorted({'lakefs_sdk', 'pandas', 'great_expectations', 'openai', 'dagster'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "s"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"kind": "git", "path": "x"}, "store"),
        ({"kind": "local"}, "store.path"),
        ({"kind": "local", "path": "x", "extra": 1}, "store.extra"),
        ({"kind": "lakefs", "repository": "UPPER"}, "store.repository"),
        ({"kind": "lakefs", "repository": "repo", "endpoint": "ftp://x"}, "http or https"),
        ({"kind": "lakefs", "repository": "repo", "endpoint": "http://me:hunter2@x"}, "must not hold credentials"),
        ({}, "store"),
    ],
)
def test_a_wrong_configuration_names_the_field(config: dict[str, object], told: str) -> None:
    """And never repeats a password somebody put into a URL."""
    with pytest.raises(ConfigError) as refused:
        open_store(config)
    assert told in str(refused.value)
    assert "hunter2" not in f"{refused.value!r}{refused.value.__cause__!r}"


def test_missing_credentials_name_their_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """They come from the environment only."""
    for name in ("PREFSTRATA_LAKEFS_ACCESS_KEY_ID", "LAKECTL_CREDENTIALS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match="PREFSTRATA_LAKEFS_SECRET_ACCESS_KEY"):
        open_store("lakefs+http://127.0.0.1:1/repo")
    for name in ("PREFSTRATA_LAKEFS_ENDPOINT", "LAKECTL_SERVER_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match="PREFSTRATA_LAKEFS_ENDPOINT"):
        open_store({"kind": "lakefs", "repository": "repo"})
