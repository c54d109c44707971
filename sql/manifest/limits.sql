-- Grain: a limit on users.
-- Whether any user, or any day, weighs more than the policy allows.
select holder, most, holders, limited, reached, others, shortfall
from weighting.limits
order by holder
