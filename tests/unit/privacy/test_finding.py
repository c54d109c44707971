"""Personal data in one text: what is taken for it, what is not, and what it costs a hostile text to be searched."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prefstrata.engine import DuckDBEngine
from prefstrata.policy import PERSONAL_DATA
from prefstrata.privacy import find, masked

if TYPE_CHECKING:
    from collections.abc import Iterator

PLANTED = {
    "email_address": (
        "ann.lee+x@mail.example.co.uk",
        "o'hara_1@example.org",
        "jürgen@example.museum",
        "info@müller.example",
    ),
    "phone_number": (
        "+49 30 901820",
        "+1 (650) 253-0000",
        "0049 30 901820",
        "+44 (0)20 7946 0958",
        "(212) 736-5000",
        "1-800-275-2273",
        "212.736.5000",
    ),
    "iban_code": ("DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NO93 8601 1117 947"),
    "credit_card": ("4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6011111111111117"),
    "ip_address": ("8.8.8.8", "2001:4860:4860::8888", "2a00:1450:4001:82a:0:0:0:200e"),
    "national_id": (
        "536-22-8726",
        "AB 12 34 56 C",
        "RSSMRA85T10A562S",
        "12345678Z",
        "X-1234567-L",
        "111.444.777-35",
        "11010219840406970X",
        "2341 2341 2346",
        "131052-308T",
        "811228-9874",
        "BOXW310820HNERXN09",
    ),
}
NOTHING = (
    "1234567890, 3.14159265358979 and 100,000,000 or 10 000 000",
    "1939-1945, 2024-11-26, 2024-11-26T12:00:00 and 12:30:45",
    "4111-1111-1111-1112 has the wrong check digit",
    "DE88 3704 0044 0532 0130 00 has the wrong check digits",
    "12345678A and 000-12-3456 are nobody's",
    "127.0.0.1, 192.168.0.1, 10.0.0.7, 999.1.1.1, ::1, v1.2.3.4 and 1.2.3.4.5",
    "user@localhost, @decorated, x@y, a @ b, a@.b and .@b.org",
    "ISBN 978-0-306-40615-7",
    "M 5 0 1 0-.897-1.203 5.243 5.243 0 0 0-2.05",
    "7.  123456789\n8.  1234567",
    "550e8400-e29b-41d4-a716-446655440000",
    "https://example.org/212-736-5000",
)
_PIECES = st.sampled_from([each for some in PLANTED.values() for each in some])


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    """An engine with the named functions."""
    made = DuckDBEngine(":memory:", threads=1)
    yield made
    made.close()


@pytest.mark.parametrize(("kind", "planted"), [(kind, each) for kind, some in PLANTED.items() for each in some])
def test_what_is_planted_is_found(kind: str, planted: str) -> None:
    """In a sentence, at its end and alone, and nothing else is taken with it."""
    for text in (f"It is {planted}, I think.", f"({planted})", planted, f"so:\n{planted}\nOr"):
        assert masked(text, find(text, PERSONAL_DATA, ("US",))) == text.replace(planted, f"<{kind.upper()}>")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("_joe@acme.com_ and __joe@acme.com__", "@_ and @__"),
        ("joe@acme.com- thanks; joe@acme.com_x", "@- thanks; @_x"),
        (
            "我的邮箱是zhang.wei@qq.com麻烦您把订单的发票重新开一份然后尽快发给我谢谢您了好吗",
            "我的邮箱是@麻烦您把订单的发票重新开一份然后尽快发给我谢谢您了好吗",
        ),
        ("почта иван@пример.рф, 例@例子.中国", "почта @, @"),
        ("x" * 80 + "@acme.com", "x" * 16 + "@"),
        ("wait..joe@acme.com", "wait..@"),
        ("Tel:+44 20 7946 0958 tel:+14155552671 =+14155552671 Tel.+49 30 901820", "Tel:# tel:# =# Tel.#"),
        ("phone:415-555-2671 phone=(415) 555-2671", "phone:# phone=#"),
    ],
)
def test_what_stands_right_beside_it_hides_nothing(text: str, left: str) -> None:
    """Marks of Markdown, dashes, words of scripts without blanks, signs before a number."""
    found = masked(text, find(text, PERSONAL_DATA, ("US",)))
    assert found.replace("<EMAIL_ADDRESS>", "@").replace("<PHONE_NUMBER>", "#") == left


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    """Numbers with a wrong check digit, dates, versions, addresses inside a house."""
    assert find(text, PERSONAL_DATA, ("US",)) == []


def test_only_the_kinds_that_are_asked_for_are_found() -> None:
    """Another kind stays where it is, and is not taken for one that is asked for."""
    text = "ann@example.org, 8.8.8.8, 4111 1111 1111 1111"
    assert masked(text, find(text, ["ip_address"])) == "ann@example.org, <IP_ADDRESS>, 4111 1111 1111 1111"


def test_numbers_without_a_country_code_are_those_of_the_regions() -> None:
    """A number that somebody would dial in another country only is no number here."""
    assert find("call 030 901820", ["phone_number"], ("US",)) == []
    assert find("call (212) 736-5000", ["phone_number"], ("FR",)) == []
    [found] = find("call 030 901820", ["phone_number"], ("US", "DE"))
    assert (found.start, found.end) == (5, 15)


@given(st.text(max_size=30), _PIECES, st.text(max_size=30), _PIECES)
def test_what_is_found_stands_in_order_and_apart(before: str, one: str, between: str, other: str) -> None:
    """Whatever stands around it: spans are inside the text, sorted, and share no character."""
    text = f"{before} {one} {between} {other}"
    held = find(text, PERSONAL_DATA, ("US", "DE"))
    assert all(each.start < each.end <= len(text) for each in held)
    assert all(each.end <= later.start for each, later in itertools.pairwise(held))


@given(st.lists(_PIECES | st.text("0123456789abcdefABCDEF @.+-:/()", max_size=12), max_size=6).map("".join))
def test_the_engine_passes_on_every_text_that_holds_something(engine: DuckDBEngine, text: str) -> None:
    """What the statement that picks texts leaves out is never read: so it may leave out nothing that is found."""
    with engine.connection() as connection:
        [(picked,)] = connection.execute("select may_be_personal(?)", [text]).fetchall()
    assert picked or find(text, PERSONAL_DATA, ("US", "DE", "GB")) == []


@pytest.mark.parametrize(
    "piece",
    [
        "@",
        "a@",
        "a.",
        "a@a.",
        "1",
        "1 ",
        "1-",
        "1.1.",
        "2001:",
        "A1",
        "DE89 ",
        "111-11-",
        "(+1",
        "\u00a01",
        "@1.a",
        "_",
    ],
)
def test_time_grows_with_the_length_of_a_hostile_text(piece: str) -> None:
    """A text made to be slow takes milliseconds a kilobyte, however long it is."""

    def taken(times: int) -> float:
        text = piece * times
        began = time.process_time()
        find(text, PERSONAL_DATA, ("US",))
        return time.process_time() - began

    taken(10)
    short, long = min(taken(2_000) for _ in range(3)), taken(40_000)
    assert long < 60 * short + 0.2
