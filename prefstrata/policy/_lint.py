"""What is questionable about policies that can be read: nothing here stops a run, all of it deserves a look."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefstrata.policy._reach import unreached
from prefstrata.project import line_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from prefstrata.policy._types import Policy
    from prefstrata.project import Project

__all__ = ["Finding", "Sent", "lint"]

_WEAK = ("user/", "judge/", "rule/")
_FEWEST_WORDS = 6
_VAGUE = re.compile(
    r"\b(good|better|best|nice|high[- ]quality|quality|appropriate(ly)?|suitable|proper(ly)?|as expected|well)\b",
    re.IGNORECASE,
)
_SURE = 0.7
"""Least probability of the leading outcome that deserves to be called certain."""
_NOTHING = 1e-9
_ALIKE = 0.85
"""How alike two names must be for one to be the other spelt wrong, from 0 to 1."""
_ROUNDS = ("arbitration", "backflow", "review", "reannotation", "golden", "calibration")
"""Rounds that the queues for people have, whether anybody answered yet or not."""
_NO_DIMENSION = ("overall", "process")
"""What records may be decided by without any dimension of a policy."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something questionable.

    Attributes:
        check: short fixed word for what was looked for.
        policy: the policy, as ``name@version``.
        where: file and line.
        what: what was found, a sentence.
        todo: what to do about it.
    """

    check: str
    policy: str
    where: str
    what: str
    todo: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent in a scenario of the policies.

    Attributes:
        scenarios: of its prompts, as they were sent; those of ``*`` are all that no policy names.
        tasks: of its prompts.
        risk_levels: of its prompts.
        rounds: annotation rounds of its votes.
    """

    scenarios: Collection[str]
    tasks: Collection[str]
    risk_levels: Collection[str]
    rounds: Collection[str]


@dataclass(frozen=True, slots=True)
class _Read:
    """A policy, and where its parts stand."""

    policy: Policy
    path: Path

    def finding(self, check: str, keys: list[str | int], what: str, todo: str) -> Finding:
        return Finding(check, self.policy.ref, f"{self.path}:{line_of(self.path, keys)}", what, todo)


def lint(
    project: Project,
    policies: Collection[tuple[Policy, Path]],
    labelled: Mapping[str, Collection[str]] | None = None,
    sent: Mapping[str, Sent] | None = None,
) -> tuple[Finding, ...]:
    """What is questionable, policy by policy.

    Args:
        project: whose sources the policies are held against.
        policies: as :func:`prefstrata.policy.read_policies` gives them.
        labelled: the dimensions that somebody judged, by scenario of the policies; None when there is no ledger to ask.
        sent: what prompts and votes of each scenario of the policies are of; None when there is no ledger to ask.
    """
    found: list[Finding] = []
    for policy, path in policies:
        read = _Read(policy, path)
        found += _rules(read)
        found += _trust(read)
        found += _golden(read)
        found += _definitions(read)
        found += _shares(read, project)
        found += _weighing(read)
        found += _quotas(read)
        found += _dimensions(read, labelled)
        found += _sent(read, sent)
        found += _misspelt(read, sent)
    return tuple(found)


def _rules(read: _Read) -> Iterator[Finding]:
    rules = (*read.policy.require.rules, *read.policy.layers)
    before = len(read.policy.require.rules)
    for each in unreached(rules):
        place = next(place for place, rule in enumerate(rules) if rule.rule == each.rule) - before
        keys: list[str | int] = ["layers", place] if place >= 0 else ["require"]
        if each.empty:
            yield read.finding(
                "contradiction", keys, f"no record can be all that the rule {each.rule} asks for", "correct its `when`"
            )
        else:
            who = f"the rule {each.by} takes" if each.by else "the rules before it together take"
            what = f"no record comes to the rule {each.rule}: {who} everything it asks for"
            yield read.finding("unreachable", keys, what, "move it up, or remove it")


def _trust(read: _Read) -> Iterator[Finding]:
    """A rule for few raters who must be believed more than so few can be: each adds less than 1 to the evidence."""
    for place, rule in enumerate(read.policy.layers):
        least, most = rule.when.min_trust, rule.when.max_votes
        if least is not None and most is not None and least >= most / (most + 1):
            who = "one rater who speaks once stays" if most == 1 else f"{most} raters who speak once stay"
            what = f"the rule {rule.rule} asks for a trust of {least:g}, and {who} below {most / (most + 1):.3g}"
            yield read.finding("unreachable", ["layers", place], what, "lower min_trust, or raise max_votes")


def _golden(read: _Read) -> Iterator[Finding]:
    weak = sorted(stratum for stratum in read.policy.settlers if stratum.startswith(_WEAK))
    if weak:
        what = f"{', '.join(weak)} may settle disputes, and what is settled can become golden"
        yield read.finding("weak-golden", ["settlers"], what, "let people of authority settle, such as expert/offline")
    for place, rule in enumerate(read.policy.layers):
        if rule.layer != "golden":
            continue
        when = rule.when
        keys: list[str | int] = ["layers", place]
        asks_experts = {"expert/offline"} in (set(when.any_strata or ()), set(when.strata or ()))
        if not when.settled and not asks_experts:
            what = f"the golden rule {rule.rule} asks for no expert; what none of them says is held back all the same"
            yield read.finding("weak-golden", keys, what, "say it: any_strata: [expert/offline]")
        asked = {
            "expert_rationale: true": bool(when.expert_rationale),
            "rule_clean: true": bool(when.rule_clean),
            "min_p": (when.min_p or 0) >= _SURE,
        }
        missing = [name for name, holds in asked.items() if not holds]
        if missing and not when.settled:
            what = f"the golden rule {rule.rule} does not ask for {', '.join(missing)}"
            yield read.finding(
                "loose-golden", keys, what, "ask for an expert's reason, no objection of a rule, and certainty"
            )


def _definitions(read: _Read) -> Iterator[Finding]:
    texts = Counter(each.definition.strip().casefold() for each in read.policy.dimensions)
    for place, each in enumerate(read.policy.dimensions):
        text = each.definition.strip()
        vague = sorted({match.group(0).lower() for match in _VAGUE.finditer(text)})
        why = ""
        if len(text.split()) < _FEWEST_WORDS:
            why = "is too short for two people to judge alike"
        elif texts[text.casefold()] > 1:
            why = "is that of another dimension too"
        elif vague:
            why = f"rests on words that everybody reads in another way: {', '.join(vague)}"
        if why:
            yield read.finding(
                "definition",
                ["dimensions", place],
                f"the definition of {each.name} {why}",
                "say what a response does or does not do, so that one can see it in the text",
            )


def _shares(read: _Read, project: Project) -> Iterator[Finding]:
    sent = {f"{source.supervisor}/{source.mode}" for source in project.sources}
    for stratum, each in sorted(read.policy.strata.items()):
        if each.share and sent and stratum not in sent:
            what = f"{stratum} should have {each.share:.0%} of the weight, and no source provides it"
            yield read.finding("share", ["strata", stratum], what, "add a source, or give its share to others")
        elif each.share and each.reliability == 0.5:  # noqa: PLR2004 - exactly chance
            what = f"{stratum} should have {each.share:.0%} of the weight, and its votes are declared to say nothing"
            yield read.finding(
                "contradiction", ["strata", stratum], what, "declare a reliability above 0.5, or no share"
            )
    if sum(each.share or 0 for each in read.policy.strata.values()) >= 1 - _NOTHING:
        held_back = {
            stratum
            for rule in read.policy.layers
            if rule.layer == "backflow" and rule.when.model_fields_set == {"strata"}
            for stratum in rule.when.strata or ()
        }
        for stratum, each in sorted(read.policy.strata.items()):
            if not each.share and stratum in sent - held_back:
                what = f"the shares of the others are all there is, so what {stratum} judged weighs nothing"
                todo = "give it a share, or send it to backflow by a layer rule"
                yield read.finding("share", ["strata", stratum], what, todo)
    known = {each.name for each in read.policy.dimensions} | set(_NO_DIMENSION)
    for name in sorted(read.policy.mixture.dimensions.keys() - known):
        what = f"the mixture gives a share to {name}, which is no dimension of the policy"
        yield read.finding("contradiction", ["mixture"], what, "define it, or take it out")


def _weighing(read: _Read) -> Iterator[Finding]:
    recency, difficulty = read.policy.recency, read.policy.difficulty
    if recency.half_life is None and "least" in recency.model_fields_set:
        what = (
            f"recency leaves the oldest {recency.least:.0%} of their weight, and there is no half-life: nothing decays"
        )
        yield read.finding("contradiction", ["recency"], what, "give a half_life, or take it out")
    elif recency.half_life is not None and recency.least == 1:
        what = "recency has a half-life and leaves the oldest all of their weight: nothing decays"
        yield read.finding("contradiction", ["recency"], what, "lower `least`, or take it out")
    if not any(difficulty.model_dump().values()):
        what = "difficulty is 0 for every kind of pair, so a version learns from no pair at all"
        yield read.finding("contradiction", ["difficulty"], what, "raise one of them")


def _quotas(read: _Read) -> Iterator[Finding]:
    for place, quota in enumerate(read.policy.quotas):
        if not quota.most and "golden" in quota.layers:
            what = f"the quota {quota.quota} lets a version train on no golden record at all"
            yield read.finding(
                "contradiction", ["quotas", place], what, "raise `most`, or take golden out of its layers"
            )


def _sent(read: _Read, sent: Mapping[str, Sent] | None) -> Iterator[Finding]:
    """What a policy speaks of and nobody sent. A round that no vote is of yet may be that of a queue of people."""
    there = [sent[name] for name in read.policy.scenarios if name in sent] if sent else []
    if not there:
        return
    mixture = read.policy.mixture
    for word, declared, found in (
        ("tasks", mixture.tasks.items(), {name for each in there for name in each.tasks}),
        ("risk_levels", mixture.risk_levels.items(), {name for each in there for name in each.risk_levels}),
    ):
        for name, share in sorted((name, share) for name, share in declared if share and name not in found):
            what = f"mixture.{word} gives {share:.0%} of the weight to {name}, which no prompt is of"
            yield read.finding("share", ["mixture", word], what, "correct the name, or give its share to others")
    heard = {name for each in there for name in each.rounds}
    for name in sorted(set(read.policy.settling) - heard - set(_ROUNDS)):
        what = f"the round {name} settles, and no vote was given in it"
        yield read.finding("unlabelled", ["settling"], what, "correct the name, or take it out")


def _misspelt(read: _Read, sent: Mapping[str, Sent] | None) -> Iterator[Finding]:
    """A scenario of prompts that is nearly one of the policy's: they are left to the policy of all others."""
    others = {_plain(name): name for name in sorted(sent["*"].scenarios)} if sent and "*" in sent else {}
    for place, name in enumerate(read.policy.scenarios):
        for near in difflib.get_close_matches(_plain(name), others, cutoff=_ALIKE):
            what = (
                f"there are prompts of {others[near]}, which no policy names: {name} may be meant, and * governs them"
            )
            yield read.finding(
                "misspelt", ["scenarios", place], what, "name both, or have the mapping of the source rename one"
            )


def _plain(name: str) -> str:
    """A name without its case and signs: medical-advice and Medical Advice are one."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _dimensions(read: _Read, labelled: Mapping[str, Collection[str]] | None) -> Iterator[Finding]:
    if labelled is None:
        return
    judged = {name for scenario in read.policy.scenarios for name in labelled.get(scenario, ())}
    if not judged:
        return
    known = [each.name for each in read.policy.dimensions]
    for place, name in enumerate(known):
        if name not in judged:
            what = f"nobody has judged {name}, so it can decide nothing"
            yield read.finding("unlabelled", ["dimensions", place], what, "have it judged, or take it out")
    for name in sorted(judged - {*known, *_NO_DIMENSION}):
        what = f"{name} is judged, and the policy does not know it: it decides nothing"
        yield read.finding("undefined", ["dimensions"], what, "define it, and give it its place in the order")
