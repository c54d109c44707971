-- Grain: a proposal for the policy or a task's specification.
-- The reasons of settled disputes first, the most frequent first: what people disagree on most is where the policy is least clear.
select noise, proposal, scenario, tag, dimension, disputes, decisive
from noise.proposals
order by case when noise is null then 0 else 1 end, coalesce(disputes, 0) desc, coalesce(decisive, 0) desc, noise, tag, dimension, scenario, proposal
