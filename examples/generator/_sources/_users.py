"""Users: what they did with the answers they got, a file a day, and who took consent back."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from examples.generator._model import OVERALL, gap
from examples.generator._raters import Rater, verdict
from examples.generator._write import jsonl, table

if TYPE_CHECKING:
    from examples.generator._draw import Draw
    from examples.generator._model import Item, Response
    from examples.generator._write import Batch, File

__all__ = ["USER", "files"]

_SEES = {"general": 0.55, "customer-service": 0.65, "coding": 0.60, "medical": 0.30}
_SESSIONS = {1: 0.65, 2: 0.35}
_USERS = 420
_TWO_SHOWN = 0.35
_HANDS_OVER = 0.08

USER = Rater("a user", 0.72, undecided=0.35, first=0.25, length=0.05)
"""How users choose between two answers side by side: often not at all, and often the first."""

_THUMB = 0.75
"""How often a thumb points the way the answer's quality says."""
_GOOD = 0.7
"""Overall quality from which an answer is a good one."""


def files(batch: Batch) -> list[File]:
    """One gzipped file of events per day, and with the first batch the withdrawals."""
    days: dict[str, list[dict[str, Any]]] = {day: [] for day in batch.days}
    for item in batch.items:
        draw = batch.draw("users", item.index)
        if draw.chance(_SEES[item.scenario]):
            for number in range(draw.weighted(_SESSIONS)):
                day = draw.pick(batch.days)
                days[day].extend(_session(batch, draw, item, day, number))
    made = [
        jsonl(f"users/{day}.jsonl.gz", sorted(events, key=itemgetter("happened", "event")), _dirt(batch, day))
        for day, events in days.items()
        if events
    ]
    return [*made, _withdrawals(batch)] if batch.dirty else made


def _dirt(batch: Batch, day: str) -> tuple[str, ...]:
    return batch.broken("users") if day == batch.days[len(batch.days) // 6] else ()


def _withdrawals(batch: Batch) -> File:
    draw = batch.draw("withdrawals")
    return table(
        f"withdrawals/{batch.days[-1]}.csv",
        [{"user": _user(draw), "requested_at": batch.at(batch.days[-1], draw)} for _ in range(3)],
    )


def _user(draw: Draw) -> str:
    # A few people write a lot: the square of an even draw leans to small numbers.
    lean = draw.unit()
    return f"u-{int(lean * lean * _USERS):04}"


def _session(batch: Batch, draw: Draw, item: Item, day: str, number: int) -> list[dict[str, Any]]:
    start = batch.at(day, draw)
    base: dict[str, Any] = {
        "session": f"s-{batch.name}-{item.index:05}-{number}",
        "user": _user(draw),
        "area": item.scenario,
        "topic": item.task,
        "risk": item.risk_level,
        "messages": [{"role": role, "content": content} for role, content in item.messages],
    }
    shown = draw.sample(item.responses, 1 + draw.chance(_TWO_SHOWN))
    done: list[_Action] = [("shown", place, None) for place in range(len(shown))]
    done += _side_by_side(draw, item, shown) if len(shown) > 1 else _alone(draw, shown[0])
    return [
        {
            "event": f"{base['session']}-{count}",
            "happened": f"{start[:-3]}{count % 60:02}Z",
            **base,
            "action": action,
            "reply": {"text": shown[place].text, "model": shown[place].generator.name},
            "beside": shown[1 - place].text if len(shown) > 1 else None,
            "place": place,
            "amount": amount,
        }
        for count, (action, place, amount) in enumerate(done)
    ]


_Action = tuple[str, int, float | None]


def _side_by_side(draw: Draw, item: Item, shown: list[Response]) -> list[_Action]:
    left, right = shown
    choice = verdict(draw, USER, gap(item, left, right, OVERALL), len(left.text) - len(right.text))
    if choice == "tie":
        return [("abandoned", 0, None)] if draw.chance(0.2) else []
    place = 0 if choice == "left" else 1
    done: list[_Action] = [("accepted", place, None)]
    if draw.chance(0.3):
        done.append(("copied", place, None))
    return done


def _alone(draw: Draw, response: Response) -> list[_Action]:
    good = (response.share >= _GOOD) == draw.chance(_THUMB)
    done: list[_Action] = [("stayed", 0, float(2 + len(response.text) // 40 + draw.below(15)))]
    if draw.chance(0.45):
        done.append(("thumb up" if good else "thumb down", 0, None))
    if good and draw.chance(0.35):
        done.append(("copied", 0, None))
    if good and draw.chance(0.15):
        done.append(("edited", 0, float(1 + draw.below(80))))
    if not good and draw.chance(0.4):
        done.append(("asked again", 0, None))
    if not good and draw.chance(0.2):
        done.append(("followed up", 0, None))
    if not good and draw.chance(_HANDS_OVER):
        done.append(("asked for a person", 0, None))
    return done
