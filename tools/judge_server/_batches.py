"""Files, and batches of requests that are worked off in the background."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tools.judge_server._shapes import CREATED, failure

if TYPE_CHECKING:
    from tools.judge_server._state import State

__all__ = ["cancel", "create", "keep_file", "work_off"]

_DAY = 86_400
_BAD = 400


def keep_file(state: State, content: bytes, name: str, purpose: str) -> dict[str, Any]:
    """Keep a file; returns the ``file`` object."""
    file_id = f"file-{len(state.files):06d}"
    state.contents[file_id] = content
    state.files[file_id] = {
        "id": file_id,
        "object": "file",
        "bytes": len(content),
        "created_at": CREATED,
        "expires_at": None,
        "filename": name,
        "purpose": purpose,
        "status": "processed",
    }
    return state.files[file_id]


def create(state: State, asked: dict[str, Any]) -> dict[str, Any]:
    """A new ``batch`` object, still to be worked off."""
    batch_id = f"batch_{len(state.batches):06d}"
    total = len(state.contents[asked["input_file_id"]].splitlines())
    state.batches[batch_id] = {
        "id": batch_id,
        "object": "batch",
        "endpoint": asked["endpoint"],
        "errors": None,
        "input_file_id": asked["input_file_id"],
        "completion_window": asked["completion_window"],
        "status": "validating",
        "output_file_id": None,
        "error_file_id": None,
        "created_at": CREATED,
        "in_progress_at": None,
        "expires_at": CREATED + _DAY,
        "finalizing_at": None,
        "completed_at": None,
        "failed_at": None,
        "expired_at": None,
        "cancelling_at": None,
        "cancelled_at": None,
        "request_counts": {"total": total, "completed": 0, "failed": 0},
        "metadata": asked.get("metadata"),
    }
    return state.batches[batch_id]


def cancel(state: State, batch_id: str) -> None:
    """Ask a batch to stop; what is done stays done."""
    batch = state.batches.get(batch_id)
    if batch and batch["status"] in {"validating", "in_progress"}:
        batch |= {"status": "cancelling", "cancelling_at": CREATED}


async def work_off(state: State, batch: dict[str, Any]) -> None:
    """Answer the requests of a batch, chunk by chunk, until it is complete, cancelled or expired."""
    lines = [json.loads(line) for line in state.contents[batch["input_file_id"]].splitlines() if line.strip()]
    if problem := state.settings.fails_batches or _problem(lines):
        await _pause(state)
        data = [{"code": "invalid", "message": problem, "param": None, "line": 1}]
        batch |= {"status": "failed", "failed_at": CREATED, "errors": {"object": "list", "data": data}}
        return
    batch |= {"status": "in_progress", "in_progress_at": CREATED}
    last = len(lines) if state.settings.expire_after >= 1 else int(len(lines) * state.settings.expire_after)
    made: list[str] = []
    bad: list[str] = []
    counts = batch["request_counts"]
    for start in range(0, last, state.settings.batch_chunk):
        for line in lines[start : min(last, start + state.settings.batch_chunk)]:
            answered = _answer(state, line)
            is_good = answered["response"]["status_code"] < _BAD
            (made if is_good else bad).append(json.dumps(answered))
            counts["completed" if is_good else "failed"] += 1
        await _pause(state)
        if batch["status"] == "cancelling":
            last = min(last, start + state.settings.batch_chunk)
            break
    for line in lines[last:]:
        gone = "batch_cancelled" if batch["status"] == "cancelling" else "batch_expired"
        error = {"code": gone, "message": "This request could not be executed before the completion window expired."}
        bad.append(json.dumps({"id": _id(line), "custom_id": line["custom_id"], "response": None, "error": error}))
    if made:
        batch["output_file_id"] = _keep(state, made, f"{batch['id']}_output.jsonl")
    if bad:
        batch["error_file_id"] = _keep(state, bad, f"{batch['id']}_error.jsonl")
    done = "cancelled" if batch["status"] == "cancelling" else "expired" if last < len(lines) else "completed"
    batch |= {"status": done, f"{done}_at": CREATED, "finalizing_at": CREATED}


async def _pause(state: State) -> None:
    """Wait as long as the settings say, and until batches are held no more."""
    await asyncio.sleep(state.settings.batch_pause)
    while state.settings.holds_batches:  # noqa: ASYNC110 - a setting has no event
        await asyncio.sleep(0.01)


def _problem(lines: list[dict[str, Any]]) -> str:
    """What the published limits refuse."""
    if len({line["custom_id"] for line in lines}) < len(lines):
        return "The custom_id of each request must be unique"
    if len({line["body"].get("model") for line in lines}) > 1:
        return "All requests of a batch must use the same model"
    return ""


def _answer(state: State, line: dict[str, Any]) -> dict[str, Any]:
    reply = state.complete(line["body"])
    try:
        body = json.loads(reply.body)
    except ValueError:
        body = failure("The reply could not be read", "server_error")
    response = {"status_code": reply.status, "request_id": _id(line), "body": body}
    return {"id": _id(line), "custom_id": line["custom_id"], "response": response, "error": None}


def _id(line: dict[str, Any]) -> str:
    return f"batch_req_{line['custom_id'][:24]}"


def _keep(state: State, lines: list[str], name: str) -> str:
    kept: str = keep_file(state, ("\n".join(lines) + "\n").encode(), name, "batch_output")["id"]
    return kept
