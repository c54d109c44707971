-- Grain: a stratum of a governing scenario.
-- The factors that make weights of squared trust, as weights.json and the manifest carry them.
select scenario, stratum, records, trust, declared, actual, factor, achieved, capped_by
from weighting.strata
order by scenario, stratum
