-- Grain: a stratum of a governing scenario whose factor is held, because a noise check failed on it.
-- A stratum that says what a ruler says, whose raters drifted, or of which nobody knows who speaks, is not weighted up, in no
-- scenario: it may have its share of the evidence, and no more.
select
    limits.scenario, checks.stratum,
    min(limits.cap) as cap,
    list_sort(list(distinct checks.noise)) as noises
from noise.checks as checks
join policy.noise_limits as limits on limits.measure = checks.measure
where not checks.passed and checks.stratum is not null and limits.cap is not null
group by limits.scenario, checks.stratum
