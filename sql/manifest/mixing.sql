-- Grain: a governing scenario and a task in which votes say under which policy they were given.
-- Under which versions of policies the votes of a release were given; only where there are several.
select scenario, task, policies, pairs, mixed, votes, others, share, most, refused
from weighting.mixing
where array_length(policies) > 1
order by scenario, task
