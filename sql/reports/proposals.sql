-- Grain: a reason tag, a dimension and a scenario in which disputes with that tag were settled.
-- The most frequent first: what people disagree on most is where the policy is least clear.
select tag, dimension, scenario, disputes, decisive
from noise.proposals
order by disputes desc, decisive desc, tag, dimension, scenario
