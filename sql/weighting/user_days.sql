-- Grain: a user, a cohort and a day.
-- What each user and each day of a cohort would weigh if nothing limited them. Sums are fixed point.
select
    parts.rater_id, parts.cohort, parts.day,
    sum(cast(round(parts.share * members.information * factors.factor * 1e9) as bigint)) / 1e9 as weight
from weighting.parts as parts
join weighting.members as members on members.kind = parts.kind and members.record_id = parts.record_id
join weighting.factors as factors on factors.cell = members.cell
group by parts.rater_id, parts.cohort, parts.day
