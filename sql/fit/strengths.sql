-- Grain: a panel, and a third of the strengths in which its raters spoke, for the right side or the wrong one.
-- What a strong word is worth: how often it is said of the clearly better side, and how often of the worse. In millionths.
select
    units.panel, votes.grade,
    sum(cast(round(1e6 * case when votes.side > 0 then seen.a_clear else seen.b_clear end) as bigint)) as right_clear,
    sum(cast(round(1e6 * case when votes.side > 0 then seen.a_close else seen.b_close end) as bigint)) as right_close,
    sum(cast(round(1e6 * seen.even) as bigint)) as even,
    sum(cast(round(1e6 * case when votes.side > 0 then seen.b_close else seen.a_close end) as bigint)) as wrong_close,
    sum(cast(round(1e6 * case when votes.side > 0 then seen.b_clear else seen.a_clear end) as bigint)) as wrong_clear
from fit.votes as votes
join fit.units as units on units.unit = votes.unit
join fit.posteriors as seen on seen.item = votes.item
-- Of an item that nobody else judged, the vote itself is all that is known: it would only confirm what is believed.
where votes.grade is not null and not votes.alone and votes.bucket < $buckets and (votes.anchored or not $anchored)
group by units.panel, votes.grade
