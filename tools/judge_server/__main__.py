"""``python -m tools.judge_server``: serve until stopped; prints one line of JSON with the port when ready."""

from __future__ import annotations

import argparse
import json
import socket
from pathlib import Path

import polars as pl
import uvicorn

from tools.judge_server._app import Application
from tools.judge_server._replay import Recorded
from tools.judge_server._settings import Settings
from tools.judge_server._state import State


def main() -> None:
    """Serve on loopback."""
    parser = argparse.ArgumentParser(prog="judge_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a free one by default")
    parser.add_argument("--settings", default="{}", help="settings as JSON")
    parser.add_argument("--truth", type=Path, help="Parquet: response, dimension, quality")
    parser.add_argument("--replay", type=Path, help="JSON lines: model, texts, content")
    options = parser.parse_args()
    state = State(
        Settings.model_validate_json(options.settings),
        _table(options.truth) if options.truth else {},
        Recorded(options.replay) if options.replay else None,
    )
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", options.port))
    listening.listen(256)
    print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
    config = uvicorn.Config(
        Application(state), http="httptools", loop="uvloop", log_level="critical", access_log=False, lifespan="off"
    )
    uvicorn.Server(config).run([listening])


def _table(path: Path) -> dict[tuple[str, str], float]:
    rows = pl.read_parquet(path, columns=["response", "dimension", "quality"]).iter_rows()
    return {(response, dimension): quality for response, dimension, quality in rows}


main()
