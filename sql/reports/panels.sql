-- Grain: a stratum and a dimension, and its votes as the rater model hears them.
-- A fit that is kept is due when there is much that it has not seen: more votes, or another kind of them.
select stratum, dimension, count(*) as votes
from evidence.votes
where not settles and superseded is distinct from true
group by stratum, dimension
order by stratum, dimension
