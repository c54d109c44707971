-- Grain: a source and a kind of choice among two.
-- What the first place is worth by itself: where places are given by lot, as many of the first are better as of the second, so what
-- the first gets above one half is its place (Joachims et al. 2005). The log-odds of that share is its effect on average; on equal
-- responses it is a little more. How much a choice from either place still says is in evidence.signals.
with chosen as (
    select
        events.source, votes.kind,
        count(*) as choices,
        count(*) filter (where votes.winner_first) as first
    from evidence.event_votes as votes
    join evidence.events as events on events.event_id = votes.event_id
    where votes.kind in ('accept', 'reject') and votes.winner_first is not null
    group by events.source, votes.kind
),
bounded as (
    select *, first / choices as share, wilson_low(first / choices, choices) as low, wilson_high(first / choices, choices) as high
    from chosen
)
select
    source, kind, choices, first, share, low, high,
    ln((first + 0.5e0) / (choices - first + 0.5e0)) as effect,
    ln(greatest(low, 1e-6) / greatest(1 - low, 1e-6)) as effect_low,
    ln(greatest(high, 1e-6) / greatest(1 - high, 1e-6)) as effect_high
from bounded
