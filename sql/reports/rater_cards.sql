-- Grain: a rater in a stratum on a dimension: its card, with what is told of it in words; one rater's only, when one is named.
-- A rater is named as the tables have it (expert:lee) or without its supervisor (lee).
select
    rater_id as rater, dimension, stratum, votes, reliability, reliability_low, reliability_high, decided,
    agreement, agreement_low, agreement_high, overlapping, tie_rate, ordered, first_rate, side_bias, length_slope, copying,
    settled_votes, settled_right, exam_votes, exam_right, both_orders, flip_rate, again_votes, again_same,
    changed_at, scale_moved_at, scale_shift,
    list_filter(
        [
            case when not decided then 'reliability declared' end,
            case when changed_at is not null then 'agreement changed' end,
            case when scale_moved_at is not null then 'scale moved' end
        ],
        lambda flag: flag is not null
    ) as flags
from noise.raters
where $rater is null or rater_id = $rater or regexp_replace(rater_id, '^[^:]*:', '') = $rater
order by votes desc, rater_id, dimension, stratum
