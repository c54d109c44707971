-- Grain: a unit.
-- The sums of the maximisation step: how often it met each level and said tie there, and the gradient and the curvature of its
-- decided votes' likelihood, which are logistic in ability, side and style. Fixed point, in millionths.
select
    unit,
    sum(cast(round(1e6 * share * clear) as bigint)) as clear,
    sum(cast(round(1e6 * share * close) as bigint)) as close,
    sum(cast(round(1e6 * share * even) as bigint)) as even,
    sum(case when side = 0 then cast(round(1e6 * share * clear) as bigint) else 0 end) as tied_clear,
    sum(case when side = 0 then cast(round(1e6 * share * close) as bigint) else 0 end) as tied_close,
    sum(case when side = 0 then cast(round(1e6 * share * even) as bigint) else 0 end) as tied_even,
    sum(case when side = 0 then 0 else cast(round(1e6 * slope_ability) as bigint) end) as slope_ability,
    sum(case when side = 0 then 0 else cast(round(1e6 * slope_pull * first) as bigint) end) as slope_side,
    sum(case when side = 0 then 0 else cast(round(1e6 * slope_pull * longer) as bigint) end) as slope_length,
    sum(case when side = 0 then 0 else cast(round(1e6 * slope_pull * marked) as bigint) end) as slope_markdown,
    sum(case when side = 0 then 0 else cast(round(1e6 * slope_pull * firm) as bigint) end) as slope_firmness,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_ability) as bigint) end) as bend_ability,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_both * first) as bigint) end) as bend_ability_side,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_both * longer) as bigint) end) as bend_ability_length,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_pull * first * first) as bigint) end) as bend_side,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_pull * first * longer) as bigint) end) as bend_side_length,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_pull * longer * longer) as bigint) end) as bend_length,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_pull * marked * marked) as bigint) end) as bend_markdown,
    sum(case when side = 0 then 0 else cast(round(1e6 * bend_pull * firm * firm) as bigint) end) as bend_firmness,
    sum(case when side = 0 then 0 else cast(round(1e6 * slope_ability * slope_ability / share) as bigint) end) as information
from fit.scores
group by unit
