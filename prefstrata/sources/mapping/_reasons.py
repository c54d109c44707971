"""Why a mapping refuses a record, in the words of ``ledger.quarantine``; the documentation prints the sentences."""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["REASONS"]

REASONS = MappingProxyType(
    {
        "filtered": "The record does not meet the mapping's `where`.",
        "no_match": "The joined file has no accepted record with the key.",
        "ambiguous_match": "The joined file has several records with the key.",
        "expression_failed": "An expression cannot be computed for this record, such as a cast of `n/a` to a number.",
        "unknown_value": "A value is not in the `values` of its key, or is none that the key takes.",
        "missing_text": "The prompt is missing or blank, or a judged response is missing. Empty responses are fine.",
        "bad_prompt": "The messages have an unknown role, a message without content, or no user at the end.",
        "identical_sides": "Both responses are the same text.",
        "out_of_scale": "A rating is outside its scale, a strength outside 0 to 1, or a reward outside -1 to 1.",
        "not_finite": "An expression gives infinity or no number.",
        "bad_time": "A time does not read as one, or is of no year from 1 to 9999.",
        "ranks_mismatch": "A ranked list has more or fewer ranks than responses.",
        "too_many_ranked": "A ranked list has more than 100 responses, which would be more than 4,950 comparisons.",
        "duplicate_step": "Two steps of a trace have the same index.",
        "says_nothing": "No vote, rating, step or event could be read from the record.",
        "tags_required": "The policy wants reason tags or a winning dimension at this risk; words alone do not do.",
        "rationale_required": "The policy wants a reason at this risk: tags, a rationale or a winning dimension.",
        "in_the_future": "queue-answers, label-studio: it was decided more than a day after it is read.",
        "not_a_dialogue": "hh-rlhf: a dialogue does not begin with a turn of the human.",
        "no_shared_prompt": "hh-rlhf: the two dialogues part before the last turn of the human.",
    }
)
