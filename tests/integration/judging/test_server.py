"""The server answers as the published description says: the SDK's own types, strict, parse every reply."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai.types import Batch, FileObject
from openai.types.chat import ChatCompletion
from pydantic import ConfigDict, create_model

from benchmarks.judging.questions import judge, pairs, questions

if TYPE_CHECKING:
    from tools.judge_server import JudgeServer


def strictly(kind: type[Any], document: dict[str, Any]) -> Any:  # noqa: ANN401 - the SDK's type
    """The document as that type, no value converted; what the type does not know is an error, as far as it is ours."""
    parsed = kind.model_validate_json(json.dumps(document), strict=True)
    assert not parsed.model_extra, parsed.model_extra
    assert kind.model_validate(parsed.model_dump()).model_dump() == parsed.model_dump()
    return parsed


def ask(server: JudgeServer, path: str, body: object = None, *, key: str = "k") -> tuple[int, dict[str, Any]]:
    """A plain request, past the SDK."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {key}"} if key else {}
    request = urllib.request.Request(server.base_url + path, data, headers)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310 - loopback
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_a_completion_is_one(server: JudgeServer) -> None:
    """Structured content, log-probabilities with their alternatives, usage: each where the type has it."""
    [question, _] = questions(judge(server.base_url, confidence="logprobs"), pairs(1))
    status, document = ask(server, "/chat/completions", question.body)
    completion = strictly(ChatCompletion, document)
    assert status == 200
    assert set(document) >= set(ChatCompletion.model_json_schema()["required"])
    choice = completion.choices[0]
    assert json.loads(choice.message.content)["verdict"] in {"A", "B", "tie"}
    assert "".join(token.token for token in choice.logprobs.content) == choice.message.content
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


def test_the_same_request_gets_the_same_answer(server: JudgeServer) -> None:
    """Deterministic by seed: another seed may answer differently, the same one never."""
    [question, _] = questions(judge(server.base_url), pairs(1))
    first, second = (ask(server, "/chat/completions", question.body) for _ in range(2))
    assert first == second
    assert server.ledger()["paid"] == 2


@pytest.mark.parametrize("fault", ["refused", "empty", "truncated", "wrong_schema"])
def test_a_bad_reply_is_still_a_completion(server: JudgeServer, fault: str) -> None:
    """What is wrong is what the model says, not the envelope."""
    server.set(faults={fault: 1.0})
    [question, _] = questions(judge(server.base_url), pairs(1))
    _, document = ask(server, "/chat/completions", question.body)
    choice = strictly(ChatCompletion, document).choices[0]
    assert (choice.finish_reason == "length") == (fault == "truncated")
    assert bool(choice.message.refusal) == (fault == "refused")


def test_errors_have_the_published_shape(server: JudgeServer) -> None:
    """One object under ``error`` with message, type, param and code, whatever went wrong."""
    server.set(faults={"rate_limited": 1.0})
    [question, _] = questions(judge(server.base_url), pairs(1))
    found = [
        ask(server, "/chat/completions", question.body),
        ask(server, "/chat/completions", {"model": "m"}),
        ask(server, "/nowhere"),
        ask(server, "/batches", key=""),
        ask(server, "/files/file-none"),
    ]
    assert [status for status, _ in found] == [429, 400, 404, 401, 404]
    for _, document in found:
        assert set(document["error"]) == {"message", "type", "param", "code"}


def test_files_and_batches_are_ones(server: JudgeServer) -> None:
    """Through the SDK: upload, submit, look, read; a custom id twice fails the batch."""
    client = openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=0)
    asked = questions(judge(server.base_url), pairs(2))
    lines = [
        {"custom_id": each.key, "method": "POST", "url": "/v1/chat/completions", "body": each.body} for each in asked
    ]
    for content, wanted in ((lines, "completed"), ([lines[0]] * 2, "failed")):
        data = "\n".join(map(json.dumps, content)).encode()
        file = client.files.create(file=("in.jsonl", data), purpose="batch")
        strictly(FileObject, file.model_dump(mode="json"))
        batch = client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"a": "b"}
        )
        while batch.status not in {"completed", "failed", "expired"}:
            batch = client.batches.retrieve(batch.id)
        strictly(Batch, batch.model_dump(mode="json"))
        assert batch.status == wanted
        assert batch.metadata == {"a": "b"}
    done = next(each for each in client.batches.list() if each.status == "completed")
    output = [json.loads(line) for line in client.files.content(done.output_file_id or "").text.splitlines()]
    assert {line["custom_id"] for line in output} == {each.key for each in asked}
    for line in output:
        assert set(line) == {"id", "custom_id", "response", "error"}
        strictly(ChatCompletion, line["response"]["body"])
    client.close()


def test_strictness_notices_a_wrong_shape() -> None:
    """The test's own tool: a number as text, or a key nobody published, is an error."""
    model = create_model("Thing", __config__=ConfigDict(extra="allow"), size=(int, ...))
    with pytest.raises(ValueError, match="int"):
        strictly(model, {"size": "1"})
    with pytest.raises(AssertionError):
        strictly(model, {"size": 1, "more": 2})
