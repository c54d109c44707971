-- Grain: a rater on a dimension in a month: how often it was right on settled pairs.
-- What people settled does not move, so it shows who does: the golden back-test, which rests on the held
-- votes: those that did not choose their pair.
select
    rater_id, dimension, stratum,
    coalesce(strftime(decided_at, '%Y-%m'), '') as month,
    count(*) as votes,
    count(*) filter (where hit) as hits,
    count(*) filter (where opposed) as opposed,
    count(*) filter (where not chose) as held,
    count(*) filter (where hit and not chose) as held_hits,
    count(*) filter (where opposed and not chose) as held_opposed
from noise.golden_votes
group by rater_id, dimension, stratum, coalesce(strftime(decided_at, '%Y-%m'), '')
