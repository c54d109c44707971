"""Alerts: what may stand in a message, and how they are delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.alerts import Alert, inert, send

if TYPE_CHECKING:
    from tests.integration.dagster.conftest import Inbox

# Apprise loads all of its plugins at once; one of them imports a module that Python will drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

HOSTILE = st.text() | st.sampled_from(
    [
        "@channel",
        "<!here>",
        "<@U123>",
        "[x](https://evil.example)",
        "<https://evil.example|ok>",
        "`rm`",
        "**b**",
        "#ops",
    ]
)


@given(st.lists(HOSTILE, min_size=1, max_size=5).map(" ".join))
def test_text_out_of_files_is_inert(text: str) -> None:
    """Nothing in it mentions anybody, links anywhere, formats anything or begins a line."""
    said = inert(text)
    assert not set(said) & set("@#<>[]`*|~&\\\n\r\t")
    assert "://" not in said
    assert "www." not in said
    assert said.isprintable()
    assert len(said) <= 300


def test_names_and_ids_stay_readable() -> None:
    """What people look for is not mangled."""
    name = "ledger.votes votes_compare_two_things: source=crowd-2026, choice=left: 12; crowd/offline 0f3a"
    assert inert(name) == name


def test_an_alert_arrives_once_at_every_service(web_hook: Inbox) -> None:
    """A service that refuses, or an address that is none, keeps it from nobody else; neither is shown in full."""
    alert = Alert("it broke", ("line one", "line two"), "warning")
    delivery = send(alert, ["nonsense://secret-token@host", web_hook.url, "json://secret:word@127.0.0.1:9/hook"])
    assert delivery.delivered == 1
    assert delivery.refused == ("nonsense", "json")
    assert "secret" not in str(delivery)
    [message] = web_hook.messages
    assert (message["title"], message["type"]) == ("it broke", "warning")
    assert message["message"] == "line one\nline two"


def test_a_long_alert_is_cut(web_hook: Inbox) -> None:
    """A thousand bad checks are one message that a phone can show, and it says how much is missing."""
    send(Alert("it broke", tuple(str(number) for number in range(1000))))
    lines = web_hook.messages[0]["message"].splitlines()
    assert len(lines) == 61
    assert lines[-1].endswith("and 940 more lines")
