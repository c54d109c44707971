-- Grain: a vote as the rater model reads it; votes that settle are no votes here, they are known,
-- and nobody is a witness of what they said of a pair before they settled it.
-- Everything is a number: who won, which side was shown first, how the sides differ in style, and how strongly it was said,
-- in thirds of what the rater says itself, for raters use a scale each in their own way. Of an item that one rater or
-- one family alone judged, and nobody settled, none can tell whether the rater or the truth is drawn to a style.
-- A pair of a ranked list is a part of a judgement, but no less sure for that: raters are learnt of as if it stood alone. What a user did
-- is heard as far as it counts, there too.
-- In the order of the buckets: a step on a sample then passes over most rows unread.
with graded as (
    select
        vote_id,
        -- The middle of equal strengths' ranks: a rater who has one strength only says it in the middle.
        percent_rank() over (partition by rater_id, dimension, stratum order by strength)
            + cume_dist() over (partition by rater_id, dimension, stratum order by strength) as twice_rank
    from evidence.votes
    where strength is not null and choice <> 'tie' and not settles and superseded is distinct from true
),
placed as (
    select
        votes.vote_id, items.item, items.bucket, items.anchor is not null as anchored, items.votes,
        items.longer, items.marked, items.firm, units.unit, units.kin, units.model,
        units.ordered, votes.choice, votes.a_shown_first, votes.share,
        case when votes.derived_from = 'event' then votes.share else 1e0 end as heard, votes.both_bad, votes.has_rationale
    from evidence.votes as votes
    join fit.items as items on items.pair_id = votes.pair_id and items.dimension = votes.dimension
    left join fit.changes as changes
        on changes.rater_id = votes.rater_id and changes.dimension = votes.dimension and changes.stratum = votes.stratum
    join fit.units as units
        on units.rater_id = votes.rater_id and units.dimension = votes.dimension and units.stratum = votes.stratum
        and units.segment = case when votes.decided_at > changes.changed_at then 1 else 0 end
    where not votes.settles and votes.superseded is distinct from true
),
copied as (
    select item, kin, bool_or(model) as model, count(*) as copies
    from placed
    group by item, kin
    having count(*) > 1 or bool_or(model)
),
modelled as (
    select item, count(*) as families
    from copied
    where model
    group by item
)
select
    placed.item, placed.unit, placed.bucket, placed.anchored,
    not placed.anchored and coalesce(copied.copies, 1) = placed.votes as alone,
    case placed.choice when 'a' then 1 when 'tie' then 0 else -1 end as side,
    -- Where nobody knows the order, a stands for the side shown first: classes that raters lean to are told that way.
    case
        when placed.a_shown_first then 1
        when not placed.a_shown_first then -1
        when placed.ordered then 0
        else 1
    end as first,
    placed.longer, placed.marked, placed.firm,
    case when graded.twice_rank is not null then least(2, cast(floor(1.5 * graded.twice_rank) as bigint)) end as grade,
    placed.share, placed.heard,
    coalesce(copied.copies, 1) as copies, coalesce(copied.kin, 0) as kin,
    placed.model,
    case when placed.model then modelled.families else 1 end as families,
    placed.a_shown_first, placed.both_bad, placed.has_rationale
from placed
left join graded on graded.vote_id = placed.vote_id
left join copied on copied.item = placed.item and copied.kin = placed.kin
left join modelled on modelled.item = placed.item
order by placed.bucket
