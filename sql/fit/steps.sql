-- Grain: a unit.
-- The sums of the maximisation step: how often it met each level and said tie there, and the gradient and the curvature of its
-- decided votes' likelihood, which are logistic in ability, side and style. Fixed point, in millionths.
with heard as (
    select *, abs(side) as decided, 1 - abs(side) as tied
    from fit.scores
)
select
    unit,
    sum(cast(round(1e6 * share * clear) as bigint)) as clear,
    sum(cast(round(1e6 * share * close) as bigint)) as close,
    sum(cast(round(1e6 * share * even) as bigint)) as even,
    sum(tied * cast(round(1e6 * share * clear) as bigint)) as tied_clear,
    sum(tied * cast(round(1e6 * share * close) as bigint)) as tied_close,
    sum(tied * cast(round(1e6 * share * even) as bigint)) as tied_even,
    sum(decided * cast(round(1e6 * slope_ability) as bigint)) as slope_ability,
    sum(decided * cast(round(1e6 * slope_pull * first) as bigint)) as slope_side,
    sum(decided * cast(round(1e6 * slope_pull * longer) as bigint)) as slope_length,
    sum(decided * cast(round(1e6 * slope_pull * marked) as bigint)) as slope_markdown,
    sum(decided * cast(round(1e6 * slope_pull * firm) as bigint)) as slope_firmness,
    sum(decided * cast(round(1e6 * bend_ability) as bigint)) as bend_ability,
    sum(decided * cast(round(1e6 * bend_both * first) as bigint)) as bend_ability_side,
    sum(decided * cast(round(1e6 * bend_both * longer) as bigint)) as bend_ability_length,
    sum(decided * cast(round(1e6 * bend_pull * first * first) as bigint)) as bend_side,
    sum(decided * cast(round(1e6 * bend_pull * first * longer) as bigint)) as bend_side_length,
    sum(decided * cast(round(1e6 * bend_pull * longer * longer) as bigint)) as bend_length,
    sum(decided * cast(round(1e6 * bend_pull * marked * marked) as bigint)) as bend_markdown,
    sum(decided * cast(round(1e6 * bend_pull * firm * firm) as bigint)) as bend_firmness,
    sum(decided * cast(round(1e6 * slope_ability * slope_ability / share) as bigint)) as information
from heard
group by unit
