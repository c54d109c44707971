-- Grain: an item that people settled, of the half that was held out.
-- What the votes alone said of it, beside what it is: the measure of calibration. One without votes says nothing, and one that anchors
-- nobody is no sign of how sure the estimates of others may be. Of one that parts of judgements speak of, less is claimed than is known:
-- it is not whole.
select
    items.item,
    items.settled as truth,
    items.anchor is not null as telling,
    votes.whole,
    seen.a_clear + seen.a_close as p_a,
    seen.even as p_tie,
    seen.b_close + seen.b_clear as p_b
from fit.items as items
join fit.posteriors as seen on seen.item = items.item
join (select item, bool_and(share >= heard) as whole from fit.votes group by item) as votes on votes.item = items.item
where items.settled is not null and items.bucket % 2 = $half
order by items.item
