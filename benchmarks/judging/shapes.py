"""Hold the test server, and what the engine sends, against the published description of the API.

``python -m benchmarks.judging.shapes OPENAPI``, with the description as JSON (it is published with an MIT licence and
is no part of this project). Every kind of reply that the server can give is asked for over HTTP and validated against
the schema of its operation, with unknown keys forbidden; so is every kind of request that the engine sends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import openai
from jsonschema import Draft202012Validator
from rich.console import Console

from benchmarks.judging.questions import POLICY, judge, pairs, questions
from prefstrata.judging import Caps, Question, ask, generate, open_journal, rubric_for, score, walk
from tools.judge_server import JudgeServer

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Description", "Held", "hold_against"]

_SPOILED = ("refused", "empty", "truncated", "wrong_schema")
_PLENTY = 10**9


@dataclass
class Held:
    """What came of it.

    Attributes:
        checked: documents per schema.
        wrong: what does not fit, at most a line each.
    """

    checked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Description:
    """The schemas of a description, strict: a key that a schema does not name is wrong."""

    def __init__(self, path: Path, held: Held) -> None:
        """Read the description (JSON); what does not fit goes to ``held``."""
        components = json.loads(path.read_text("utf-8"))["components"]
        parts = set(_parts(components))
        schemas = {name: schema if name in parts else _closed(schema) for name, schema in components["schemas"].items()}
        self._components = components | {"schemas": schemas}
        self._held = held

    def check(self, schema: str, document: object, what: str) -> None:
        """Validate a document against the schema of this name."""
        whole = {"$ref": f"#/components/schemas/{schema}", "components": self._components}
        self._held.checked[schema] += 1
        for error in Draft202012Validator(whole).iter_errors(document):
            self._held.wrong.append(f"{what}: {error.json_path}: {error.message[:300]}")


def _parts(schema: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Names of the schemas that are parts of a combination: they do not know each other's keys, so they stay open."""
    if isinstance(schema, list):
        schema = dict(enumerate(schema))
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == "allOf":
                yield from (each["$ref"].rpartition("/")[2] for each in value if "$ref" in each)
            yield from _parts(value)


def _closed(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """The same schema, each object of which knows only its own keys; of a combination, those of all its parts."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _closed(value) for name, value in schema.items()}
    if "allOf" in made or (isinstance(made.get("properties"), dict) and made.get("type") == "object"):
        made.setdefault("unevaluatedProperties", made.pop("additionalProperties", False))
    for part in made.get("allOf", ()):
        part.pop("unevaluatedProperties", None)
    return made


def hold_against(path: Path) -> Held:
    """Validate every kind of reply and request against the description at this path."""
    held = Held()
    described = Description(path, held)
    with JudgeServer() as server:
        _completions(server, described)
        _errors(server, described)
        _batches(server, described)
        _requests(server, described)
    return held


def _kinds(base_url: str) -> Iterator[tuple[str, Question]]:
    """A question of every kind that the engine asks."""
    for confidence in ("none", "logprobs", "repeats"):
        yield f"pairwise, {confidence}", questions(judge(base_url, confidence=confidence), pairs(1))[0]
    who, [item] = judge(base_url, limit_as="max_tokens", temperature=None), pairs(1)
    for kind in ("scalar", "steps"):
        told = rubric_for(POLICY, "overall", kind)
        if told is None:
            raise ValueError(kind)
        if kind == "scalar":
            yield kind, score(who, told, item, seed=1, work="w", scale=(1, 10))
        else:
            yield kind, walk(who, told, item, seed=1, work="w")
    yield "text", generate(who, item, work="w", temperature=0.7)


def _completions(server: JudgeServer, described: Description) -> None:
    for name, question in _kinds(server.base_url):
        for spoiled in (None, *_SPOILED):
            server.set(faults={spoiled: 1.0} if spoiled else {})
            _, document = _get(server, "/chat/completions", question.body)
            described.check("CreateChatCompletionResponse", document, f"completion, {name}, {spoiled or 'whole'}")
    server.set(faults={})
    _, models = _get(server, "/models")
    described.check("ListModelsResponse", models, "models")


def _errors(server: JudgeServer, described: Description) -> None:
    body = questions(judge(server.base_url), pairs(1))[0].body
    for name, fault, path, sent, key in (
        ("429", {"rate_limited": 1.0}, "/chat/completions", body, "k"),
        ("500", {"server_error": 1.0}, "/chat/completions", body, "k"),
        ("400", {}, "/chat/completions", {"model": "m"}, "k"),
        ("401", {}, "/batches", None, ""),
        ("404 file", {}, "/files/file-none", None, "k"),
        ("404 batch", {}, "/batches/batch_none", None, "k"),
        ("404 path", {}, "/nowhere", None, "k"),
    ):
        server.set(faults=fault)
        status, document = _get(server, path, sent, key=key)
        if str(status) != name[:3]:
            described.check("ErrorResponse", {"status": status}, f"{name} came as {status}")
        described.check("ErrorResponse", document, f"error {name}")
    server.set(faults={})


def _batches(server: JudgeServer, described: Description) -> None:
    """Every end that a batch can have, and the files around it."""
    lines = [
        {"custom_id": each.key, "method": "POST", "url": "/v1/chat/completions", "body": each.body}
        for each in questions(judge(server.base_url), pairs(3))
    ]
    with openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=0) as client:
        for end, content, settings in (
            ("completed", lines, {}),
            ("failed", [lines[0]] * 2, {}),
            ("expired", lines, {"expire_after": 0.5}),
            ("cancelled", lines, {"batch_chunk": 1, "batch_pause": 0.2}),
        ):
            server.set(**({"expire_after": 1.0, "batch_chunk": 200, "batch_pause": 0.0} | settings))
            data = "\n".join(map(json.dumps, content)).encode()
            file = client.files.create(file=(f"{end}.jsonl", data), purpose="batch")
            made = client.batches.create(
                input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"a": "b"}
            )
            if end == "cancelled":
                _, document = _get(server, f"/batches/{made.id}/cancel", {})
                described.check("Batch", document, "batch, cancelling")
            document = _ended(server, made.id, described)
            if document["status"] != end:
                described.check("Batch", {}, f"{end} ended as {document['status']}")
            for kept in filter(None, (document.get("output_file_id"), document.get("error_file_id"))):
                for line in client.files.content(kept).text.splitlines():
                    if response := json.loads(line)["response"]:
                        described.check("CreateChatCompletionResponse", response["body"], f"line of {end}")
            described.check("OpenAIFile", _get(server, f"/files/{file.id}")[1], f"file of {end}")
    server.set(batch_pause=0.0)
    described.check("ListBatchesResponse", _get(server, "/batches?limit=2")[1], "list of batches")
    described.check("ListFilesResponse", _get(server, "/files?purpose=batch")[1], "list of files")


def _ended(server: JudgeServer, batch: str, described: Description) -> dict[str, Any]:
    while True:
        _, document = _get(server, f"/batches/{batch}")
        described.check("Batch", document, f"batch, {document['status']}")
        if document["status"] not in {"validating", "in_progress", "finalizing", "cancelling"}:
            return document
        time.sleep(0.05)


def _requests(server: JudgeServer, described: Description) -> None:
    """What the engine sends, as the server got it."""
    for name, question in _kinds(server.base_url):
        for batch in (False, True):
            who = question.judge.model_copy(update={"batch": batch, "timeout": 30.0})
            asked = [*questions(who, pairs(2))] if name.startswith("pairwise") else [question]
            with TemporaryDirectory() as folder, open_journal(Path(folder) / "journal.sqlite", "s") as journal:
                asyncio.run(ask(journal, asked, Caps(_PLENTY, _PLENTY, _PLENTY)))
            last = server.last()
            described.check("CreateChatCompletionRequest", json.loads(last["/v1/chat/completions"]), f"request, {name}")
    described.check("CreateBatchRequest", json.loads(last["/v1/batches"]), "request for a batch")


def _get(server: JudgeServer, path: str, body: object = None, *, key: str = "k") -> tuple[int, dict[str, Any]]:
    """A plain request, past the SDK."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {key}"} if key else {}
    request = urllib.request.Request(server.base_url + path, data, headers)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310 - loopback
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


if __name__ == "__main__":
    came = hold_against(Path(sys.argv[1]))
    console = Console(width=160)
    console.print(f"{came.checked.total()} documents: {dict(came.checked)}", markup=False, highlight=False)
    for line in came.wrong:
        console.print(line, markup=False, highlight=False)
    console.print(f"{len(came.wrong)} do not fit")
    sys.exit(bool(came.wrong))
