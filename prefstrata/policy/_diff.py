"""What changed from one policy to another, in sentences: the value ordering first, then who decides, then the rest."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeVar

from prefstrata.policy._words import RISK_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

    from prefstrata.policy._types import LayerRule, Policy

__all__ = ["differences"]

_Found = TypeVar("_Found")


def differences(old: Policy, new: Policy) -> tuple[str, ...]:
    """Sentences, the gravest first; none when the two say the same, whatever they are called."""
    return (*_ordering(old, new), *_scenarios(old, new), *_strata(old, new), *_rules(old, new), *_settings(old, new))


def _ordering(old: Policy, new: Policy) -> Iterator[str]:
    before, after = ({each.name: each for each in policy.dimensions} for policy in (old, new))
    for name in before:
        if name not in after:
            yield f"{name} decides nothing any more."
    for name in after:
        if name not in before:
            places = _by_risk({risk: _place(name, new.order(risk)) for risk in RISK_LEVELS})
            yield f"{name} is new, and {'; '.join(f'{where} {place}'.strip() for place, where in places)}."
    common = [each.name for each in old.dimensions if each.name in after]
    yield from _winners(old, new, common)
    for name in common:
        if before[name].kind != after[name].kind:
            yield f"{name} is now {after[name].kind} preference, not {before[name].kind}."
        if before[name].definition != after[name].definition:
            yield f"{name} is defined anew: {after[name].definition!r}, before: {before[name].definition!r}."
        yield from _rest(name, before[name], after[name], {"name", "kind", "definition"})


def _winners(old: Policy, new: Policy, common: list[str]) -> Iterator[str]:
    """Who wins a conflict now that lost it before, and at which risks: an order may be another one at each."""
    for one, other in combinations(common, 2):
        won: dict[str, tuple[str, str] | None] = {}
        for risk in RISK_LEVELS:
            was, now = (order.index(one) < order.index(other) for order in (old.order(risk), new.order(risk)))
            won[risk] = None if was == now else (one, other) if now else (other, one)
        for change, where in _by_risk(won):
            if change is not None:
                winner, loser = change
                said = f"{winner} now wins over {loser} when the two conflict; before, {loser} won."
                yield f"{where.capitalize()} {said}" if where else said


def _place(name: str, order: tuple[str, ...]) -> str:
    lower = order[order.index(name) + 1 :]
    return f"comes before {lower[0]}" if lower else "comes last"


def _by_risk(found: Mapping[str, _Found]) -> Iterator[tuple[_Found, str]]:
    """What is found at some risk, each once, and where: nothing for all risks, or as in ``at low and medium risk``."""
    for value in dict.fromkeys(found.values()):
        risks = [risk for risk, each in found.items() if each == value]
        yield value, "" if len(risks) == len(found) else f"at {' and '.join(risks)} risk"


def _scenarios(old: Policy, new: Policy) -> Iterator[str]:
    for name in sorted(set(new.scenarios) - set(old.scenarios)):
        yield f"It now governs the scenario {name!r}."
    for name in sorted(set(old.scenarios) - set(new.scenarios)):
        yield f"It no longer governs the scenario {name!r}."


def _strata(old: Policy, new: Policy) -> Iterator[str]:
    for stratum in sorted(old.strata.keys() | new.strata.keys()):
        one, other = old.strata.get(stratum), new.strata.get(stratum)
        if one is None and other is not None:
            yield f"{stratum} is trusted with {other.reliability:g}, and was not known before."
        elif other is None:
            yield f"{stratum} is no longer known."
        elif one is not None:
            if one.reliability != other.reliability:
                way = "more" if other.reliability > one.reliability else "less"
                yield f"{stratum} is trusted {way}: {other.reliability:g}, before {one.reliability:g}."
            if one.share != other.share:
                yield f"{stratum} should have {_share(other.share)} of the weight, before {_share(one.share)}."
            yield from _rest(stratum, one, other, {"reliability", "share"})
    for what, before, after in (
        ("Who may settle a dispute", old.settlers, new.settlers),
        ("The rounds in which a dispute is settled", old.settling, new.settling),
    ):
        if set(before) != set(after):
            yield f"{what}: {_listed(after)}, before {_listed(before)}."


def _rules(old: Policy, new: Policy) -> Iterator[str]:
    before, after = ({each.rule: each for each in policy.layers} for policy in (old, new))
    for name in before:
        if name not in after:
            yield f"The rule {name}, into {before[name].layer}, is gone."
    for name in after:
        if name not in before:
            later = list(after)[list(after).index(name) + 1 :]
            place = f"it is tried before {later[0]}" if later else "it is tried last"
            yield f"The rule {name} is new: {_asks(after[name])} goes into {after[name].layer}; {place}."
    for name, rule in after.items():
        if name in before:
            yield from _rule(before[name], rule)
    common = [name for name in before if name in after]
    placed = [name for name in after if name in before]
    for one, other in combinations(common, 2):
        if placed.index(other) < placed.index(one):
            yield f"The rule {other} is now tried before {one}."


def _rule(old: LayerRule, new: LayerRule) -> Iterator[str]:
    if old.layer != new.layer:
        yield f"What the rule {new.rule} matches goes into {new.layer}, before into {old.layer}."
    one, other = old.when.model_dump(), new.when.model_dump()
    for name in one:
        if one[name] != other[name]:
            yield f"The rule {new.rule} asks for {name} {_value(other[name])}, before {_value(one[name])}."
    yield from _rest(f"The rule {new.rule}", old, new, {"rule", "layer", "when"})


def _rest(what: str, old: BaseModel, new: BaseModel, told: set[str]) -> Iterator[str]:
    """Whatever else changed: no key of a policy is without a sentence."""
    one, other = (_flat(each, told) for each in (old, new))
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield f"{what}: {name} is now {_quoted(other.get(name))}, before {_quoted(one.get(name))}."


def _settings(old: Policy, new: Policy) -> Iterator[str]:
    told = {"name", "version", "scenarios", "dimensions", "priority", "strata", "settlers", "settling", "layers"}
    one, other = (_flat(policy, told) for policy in (old, new))
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield f"{name}: {_value(other.get(name))}, before {_value(one.get(name))}."


def _flat(section: BaseModel, told: set[str]) -> dict[str, Any]:
    """Every setting by its path, but for those told already."""
    found: dict[str, Any] = {}

    def walk(path: str, value: object) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                walk(f"{path}.{name}" if path else str(name), each)
        else:
            found[path] = value

    walk("", {name: value for name, value in section.model_dump().items() if name not in told})
    return found


def _asks(rule: LayerRule) -> str:
    asked = {name: value for name, value in rule.when.model_dump().items() if value is not None}
    return ", ".join(f"{name} {_value(value)}" for name, value in asked.items()) or "everything else"


def _share(share: float | None) -> str:
    return "no declared share" if share is None else f"{100 * share:.6g}%"


def _listed(values: Mapping[str, object] | tuple[str, ...]) -> str:
    return ", ".join(sorted(values)) or "none"


def _quoted(value: object) -> str:
    return repr(value) if isinstance(value, str) else _value(value)


def _value(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple):
        return _listed(tuple(str(each) for each in value))
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
