-- Grain: a value that a share is declared for.
-- What the policy wants the weight to be made of, what it is made of, and what is missing.
select scenario, margin, value, records, declared, actual, achieved, shortfall
from weighting.margins
order by scenario, margin, value
