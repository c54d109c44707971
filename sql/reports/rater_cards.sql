-- Grain: a rater in a stratum on a dimension, with what is told of it beside its figures; one rater's only, when one is named.
-- A rater is named as the tables have it (expert:lee) or without its supervisor (lee).
select
    rater_id as rater, dimension, stratum, votes, reliability, reliability_low, reliability_high, decided,
    agreement, agreement_low, agreement_high, overlapping, changed_at, scale_moved_at,
    concat_ws(
        ', ',
        case when not decided then 'reliability declared' end,
        case when changed_at is not null then 'agreement changed' end,
        case when scale_moved_at is not null then 'scale moved' end
    ) as flags
from noise.raters
where $rater is null or rater_id = $rater or regexp_replace(rater_id, '^[^:]*:', '') = $rater
order by votes desc, rater_id, dimension, stratum
