"""The HTTP surface, as a plain ASGI application: completions, models, files, batches, and what tests ask."""

from __future__ import annotations

import asyncio
import json
import re
from email import message_from_bytes
from email.policy import HTTP
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tools.judge_server import _batches
from tools.judge_server._settings import Settings
from tools.judge_server._shapes import CREATED, failure, shown
from tools.judge_server._state import Reply, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

__all__ = ["Application"]

_BATCH = re.compile(r"/v1/batches/(?P<id>[\w-]+)(?P<cancel>/cancel)?")
_FILE = re.compile(r"/v1/files/(?P<id>[\w-]+)(?P<content>/content)?")


class Application:
    """The server's state behind HTTP."""

    def __init__(self, state: State) -> None:
        """Serve this state."""
        self._state = state
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if scope["method"] == "POST":
            self._state.last[scope["path"]] = body
        reply = self._route(scope, body)
        if reply.delay:
            await asyncio.sleep(reply.delay)
        length = str(len(reply.body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length), *reply.headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        if reply.is_cut:
            # Half of what was announced; returning without the rest makes the server close the connection.
            half = reply.body[: len(reply.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            return
        await send({"type": "http.response.body", "body": reply.body})

    def _route(self, scope: Scope, body: bytes) -> Reply:  # noqa: C901, PLR0911 - one per path
        method, path = scope["method"], scope["path"]
        if refused := next((code for at, code in self._state.settings.refuses.items() if path.startswith(at)), None):
            return _problem(refused, f"refused: {path}", "invalid_request_error")
        if path == "/v1/chat/completions" and method == "POST":
            return self._complete(body, _header(scope, b"x-client-request-id"))
        if path.startswith("/_test/"):
            return self._test(path, body)
        if not any(name == b"authorization" for name, _ in scope["headers"]):
            return _problem(401, "You didn't provide an API key.", "invalid_request_error")
        if path == "/v1/models":
            names = sorted(self._state.settings.judges)
            data = [{"id": name, "object": "model", "created": CREATED, "owned_by": "scripted"} for name in names]
            return _ok({"object": "list", "data": data})
        query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode()).items()}
        if path == "/v1/files":
            return self._files(method, scope, body, query)
        if path == "/v1/batches":
            return self._batches(method, body, query)
        if found := _FILE.fullmatch(path):
            return self._file(found["id"], content=bool(found["content"]))
        if found := _BATCH.fullmatch(path):
            if found["cancel"]:
                _batches.cancel(self._state, found["id"])
            batch = self._state.batches.get(found["id"])
            return _ok(shown(batch)) if batch else _problem(404, "No such batch", "invalid_request_error")
        return _problem(404, f"Unknown request URL: {method} {path}", "invalid_request_error")

    def _complete(self, body: bytes, name: str) -> Reply:
        try:
            request = json.loads(body)
        except ValueError:
            return _problem(400, "We could not parse the JSON body of your request.", "invalid_request_error")
        if not isinstance(request, dict) or not request.get("messages") or not request.get("model"):
            return _problem(400, "Missing required parameter: 'messages' or 'model'.", "invalid_request_error")
        return self._state.complete(request, name=name)

    def _test(self, path: str, body: bytes) -> Reply:
        """What tests ask: the ledger, what was paid by name, the last bodies, other settings, a new start."""
        if path == "/_test/paid":
            return _ok(self._state.names)
        if path == "/_test/last":
            return _ok({path: body.decode("utf-8", "replace") for path, body in self._state.last.items()})
        if path == "/_test/settings":
            merged = self._state.settings.model_dump() | json.loads(body)
            self._state.settings = Settings.model_validate(merged)
        elif path == "/_test/reset":
            self._state.__init__(self._state.settings, self._state.table, self._state.recorded)  # type: ignore[misc]
        return _ok(self._state.report())

    def _files(self, method: str, scope: Scope, body: bytes, query: dict[str, str]) -> Reply:
        if method == "GET":
            found = [
                each for each in self._state.files.values() if each["purpose"] == query.get("purpose", each["purpose"])
            ]
            return _ok(_page(found, query))
        kind = next(value for name, value in scope["headers"] if name == b"content-type")
        message = message_from_bytes(b"content-type: " + kind + b"\r\n\r\n" + body, policy=HTTP)
        parts = {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}
        file = parts["file"]
        content = bytes(file.get_payload(decode=True) or b"")
        return _ok(shown(_batches.keep_file(self._state, content, file.get_filename() or "file", "batch")))

    def _file(self, file_id: str, *, content: bool) -> Reply:
        if file_id not in self._state.files:
            return _problem(404, f"No such File object: {file_id}", "invalid_request_error")
        return Reply(200, self._state.contents[file_id]) if content else _ok(shown(self._state.files[file_id]))

    def _batches(self, method: str, body: bytes, query: dict[str, str]) -> Reply:
        if method == "GET":
            return _ok(_page(list(self._state.batches.values()), query))
        asked = json.loads(body)
        if asked.get("input_file_id") not in self._state.files:
            return _problem(400, "No such input file", "invalid_request_error")
        batch = _batches.create(self._state, asked)
        task = asyncio.get_running_loop().create_task(_batches.work_off(self._state, batch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return _ok(shown(batch))


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _page(items: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
    """The newest first, from after the named one."""
    items = sorted(items, key=lambda each: str(each["id"]), reverse=True)
    names = [each["id"] for each in items]
    start = names.index(query["after"]) + 1 if query.get("after") in names else 0
    chosen = items[start : start + int(query.get("limit", 20))]
    return {
        "object": "list",
        "data": [shown(each) for each in chosen],
        "first_id": chosen[0]["id"] if chosen else None,
        "last_id": chosen[-1]["id"] if chosen else None,
        "has_more": start + len(chosen) < len(items),
    }


def _ok(document: dict[str, Any]) -> Reply:
    return Reply(200, json.dumps(document).encode())


def _problem(status: int, message: str, kind: str) -> Reply:
    return Reply(status, json.dumps(failure(message, kind)).encode())
