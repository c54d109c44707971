"""The page of the noise checks, from the catalogue of their measures."""

from __future__ import annotations

from prefstrata.policy import MEASURES, NOISES, NoiseChecks
from tools.reference._markdown import code, grid, page

__all__ = ["noise_page"]

_INTRO = """
Eight kinds of noise each have a named check. `noise.checks` holds what they found: a row is a measure on a slice,
with its figure, 90 % interval, threshold, what it means and what follows. In Dagster each check is shown on the asset
`noise/checks`; the report, the card and the manifest of a release say what failed, and of each check what came
nearest to failing.

```sql
select noise, measure, slice, name, value, low, high, threshold, meaning from noise.checks where not passed
```

- **When it fails.** A figure fails where its whole interval lies beyond the threshold (the figure itself, where it
  has no interval), and where it rests on enough: on `least` judgements or more, and in N1 and N2 on ten or more of
  the 64 parts that prompts fall into, for a hundred votes on four prompts say as much of chance as four prompts do.
  What rests on less passes, and its meaning says so. A check fails with any of its figures. A failed check stops no
  run.
- **Thresholds** stand in the policy under [`noise`](policy.md#noisechecks); the defaults are below. `errors` names
  the checks whose failure is an error, others warn. What is about raters goes by the policy of `*`, what is about a
  scenario by the policy that governs it.
- **What follows.** Pairs go into a [queue](../how-to/settle-disputes.md) (`noise.followups`), at most as many for
  each reason and policy as its `queues.reannotation` says. The factor of a stratum is held at `cap` (`capped_by` in
  `weighting.strata`, `weights.json` and the manifest). A proposal stands in `noise.proposals`; `prefstrata queue
  proposals` lists them. Where a dimension, a scenario or a task fails by the figure of another of these and is judged
  on the same pairs, it names them together, once.
- **Style** is measured by what a blunt rule would have said, of all but rules, which are blunt by nature; see
  [figures of agreement](agreement.md).
- **Drift** is found by change points, not by eye: the CUSUM test on agreement with the others (`noise.changes`), and
  on ratings and on settled pairs (`noise.drifts`), for raters with twenty judgements or more whose time is known. A
  change counts where chance would not give it to one of all raters tested in one of twenty ledgers, and where it is a
  tenth or more. `noise.movers` names who is counted, with their votes, and so do the report of a release and what
  `prefstrata run` prints, where a check fails by them. `noise.backtests` holds the back-test on settled pairs by
  month. What raters dispute is harder. So where a round settles disputed pairs surely more often than others, or less
  often, in a month or in all its months together, votes given before that are no back-test (`noise.golden_votes`);
  that, too, chance gives at most to one month or round of all in one of twenty ledgers. Queues of disputes and of
  unanimous candidates give no back-test by themselves: pairs that are settled before they are shown, such as those of
  a calibration pack, or drawn by lot, show who got worse.
- **Rules** are held against what was settled, else the majority of experts, crowd and users, on the same pair and
  dimension. What a rule calls even counts for nothing; a rule whose dimension no person judges is not checked.
- **Gaps** between candidates are counted over pairs whose evidence is a tenth of their votes or more, for where nobody
  is believed nobody knows the gap. Pairs on which no side leads and that half of the votes or more call bad on both
  sides are left out: two bad answers are not two good ones too close to tell. Tasks are counted over pairs whose
  task is known.
- **Texts** are compared by their words (Jaccard 1901) in their first 2,000 characters, on a thousand pairs of each
  scenario.
"""


def noise_page() -> str:
    """Every check: its measures with default threshold, meaning, what follows and what is proposed."""
    blocks = []
    for noise, title in NOISES.items():
        rows = []
        for each in (measure for measure in MEASURES if measure.noise == noise):
            default = NoiseChecks.model_fields[each.name].default
            limit = f"{100 * default:g} %" if each.unit == "share" else f"{default:g}"
            reached = each.unit == "number" or default < 1
            beyond = {
                "above": f"above {limit}" if reached else "never, unless the policy says so",
                "below": f"below {limit}",
                "both": f"above {limit}, or below {100 - 100 * default:g} %",
            }[each.beyond]
            rows.append((code(each.name), _blank(each.meaning), beyond, each.action, _blank(each.proposal)))
        blocks.append(
            f"## {noise}: {title}\n\n{grid(('measure', 'meaning', 'fails', 'what follows', 'proposal'), rows)}"
        )
    return page("Noise checks", _INTRO, *blocks)


def _blank(text: str) -> str:
    for name, said in {"where": "…", "figure": "x", "n": "n"}.items():
        text = text.replace(f"{{{name}}}", said)
    return text
