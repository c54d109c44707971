-- Grain: a governing scenario whose weights decay, and a span of time its records were last spoken of in.
-- Half of the weight for each half-life between a record's span and that of the newest records of the ledger, in steps of a quarter: never
-- by a clock, so that a release follows from its inputs. The newest are a thousandth of all that is dated, ten at least, or half of what
-- there is, so that one wrong clock does not make everybody old.
with counted as (
    select last_day, count(*) as records
    from weighting.spoken
    where last_day is not null
    group by last_day
),
upward as (
    select
        last_day,
        sum(records) over (order by last_day desc) as newer,
        sum(records) over () as whole
    from counted
),
newest as (
    select max(last_day) as day
    from upward
    where newer * 1000 >= whole and (newer >= 10 or newer * 2 >= whole)
)
select
    members.scenario, members.span,
    round(greatest(
        any_value(governing.oldest),
        pow(0.5e0, greatest(0, any_value(cast(floor(newest.day * 4 / governing.half_life) as bigint)) - members.span) / 4e0)
    ), 9) as kept
from weighting.members as members
join policy.scenarios as governing on governing.scenario = members.scenario
cross join newest
where members.span is not null
group by members.scenario, members.span
