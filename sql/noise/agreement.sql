-- Grain: a statistic of agreement among all raters of a slice, in a bootstrap replicate (0: the data as they are).
-- Items may have any number of raters. Sources: percent agreement and pi as in Fleiss 1971, and for unequal numbers of
-- raters as in Gwet, Handbook of Inter-Rater Reliability (2014), chapters 2 and 5; alpha as in Krippendorff, Content
-- Analysis (2004), chapter 11; AC1 and AC2 as in Gwet 2008 and 2014. The scale is a < tie < b, one step apart.
with whole as (
    -- 232792560 is the least number that 1 to 20 divide: in this unit the sums stay whole, and exact up to 20 raters.
    select
        slice, name, other, unit, tie_policy, part,
        sum(items) as items,
        sum(cast(round(232792560e0 * a / raters) as bigint)) as share_a,
        sum(cast(round(232792560e0 * tie / raters) as bigint)) as share_tie,
        sum(cast(round(232792560e0 * b / raters) as bigint)) as share_b,
        sum(case when raters > 1 then items else 0 end) as shared,
        sum(case when raters > 1 then unanimous else 0 end) as unanimous,
        sum(case when raters > 1 then a else 0 end) as a,
        sum(case when raters > 1 then tie else 0 end) as tie,
        sum(case when raters > 1 then b else 0 end) as b,
        coalesce(sum(cast(round(232792560e0 * a_tie / nullif(raters - 1, 0)) as bigint)), 0) as met_a_tie,
        coalesce(sum(cast(round(232792560e0 * a_b / nullif(raters - 1, 0)) as bigint)), 0) as met_a_b,
        coalesce(sum(cast(round(232792560e0 * tie_b / nullif(raters - 1, 0)) as bigint)), 0) as met_tie_b,
        coalesce(sum(cast(round(465585120e0 * a_tie / nullif(raters * (raters - 1), 0)) as bigint)), 0) as apart_a_tie,
        coalesce(sum(cast(round(465585120e0 * a_b / nullif(raters * (raters - 1), 0)) as bigint)), 0) as apart_a_b,
        coalesce(sum(cast(round(465585120e0 * tie_b / nullif(raters * (raters - 1), 0)) as bigint)), 0) as apart_tie_b
    from noise.panel_sums
    group by slice, name, other, unit, tie_policy, part
),
drawn as (
    select
        slice, name, other, unit, tie_policy, replicate,
        case when tie_policy = 'ties counted' then 3e0 else 2e0 end as categories,
        cast(sum(shared) as bigint) as n,
        count(*) filter (where shared > 0) as parts,
        cast(sum(weight * items) as double) as items,
        cast(sum(weight * share_a) as double) / 232792560 as share_a,
        cast(sum(weight * share_tie) as double) / 232792560 as share_tie,
        cast(sum(weight * share_b) as double) / 232792560 as share_b,
        cast(sum(weight * shared) as double) as shared,
        cast(sum(weight * unanimous) as double) as unanimous,
        cast(sum(weight * a) as double) as a,
        cast(sum(weight * tie) as double) as tie,
        cast(sum(weight * b) as double) as b,
        cast(sum(weight * met_a_tie) as double) / 232792560 as met_a_tie,
        cast(sum(weight * met_a_b) as double) / 232792560 as met_a_b,
        cast(sum(weight * met_tie_b) as double) / 232792560 as met_tie_b,
        cast(sum(weight * apart_a_tie) as double) / 232792560 as apart_a_tie,
        cast(sum(weight * apart_a_b) as double) / 232792560 as apart_a_b,
        cast(sum(weight * apart_tie_b) as double) / 232792560 as apart_tie_b
    from whole
    join noise.replicates as replicates on replicates.part = whole.part
    group by slice, name, other, unit, tie_policy, replicate
),
chance as (
    select
        *,
        1 - (apart_a_tie + apart_a_b + apart_tie_b) / nullif(shared, 0) as agreed,
        -- Quadratic weights on three steps: neighbours agree to 3/4, the ends not at all.
        1 - (apart_a_tie / 4 + apart_a_b + apart_tie_b / 4) / nullif(shared, 0) as agreed_quadratic,
        (share_a * share_a + share_tie * share_tie + share_b * share_b) / nullif(items * items, 0) as same,
        a + tie + b as pairable
    from drawn
    where shared > 0
),
expected as (
    select
        *,
        (1 - same) / (categories - 1) as chance_ac1,
        -- The nine weights sum to 6, and AC2 divides by q (q - 1) = 6.
        1 - same as chance_ac2,
        -- Squared distances between categories. On the ordinal scale they are what lies between, counted in values.
        (a + tie) * (a + tie) / 4 as ordinal_a_tie,
        (a + 2 * tie + b) * (a + 2 * tie + b) / 4 as ordinal_a_b,
        (tie + b) * (tie + b) / 4 as ordinal_tie_b
    from chance
),
every as (
    select *, 'percent_agreement' as metric, agreed as value from expected
    union all
    select *, 'unanimous', unanimous / shared from expected
    union all
    select *, 'fleiss_kappa', (agreed - same) / nullif(1 - same, 0) from expected
    union all
    select *, 'gwet_ac1', (agreed - chance_ac1) / nullif(1 - chance_ac1, 0) from expected
    union all
    select *, 'gwet_ac2_quadratic', (agreed_quadratic - chance_ac2) / nullif(1 - chance_ac2, 0)
    from expected
    where tie_policy = 'ties counted'
    union all
    select
        *, 'krippendorff_alpha_nominal',
        1 - (pairable - 1) * (met_a_tie + met_a_b + met_tie_b) / nullif(a * tie + a * b + tie * b, 0)
    from expected
    union all
    select
        *, 'krippendorff_alpha_ordinal',
        1 - (pairable - 1) * (ordinal_a_tie * met_a_tie + ordinal_a_b * met_a_b + ordinal_tie_b * met_tie_b)
        / nullif(ordinal_a_tie * a * tie + ordinal_a_b * a * b + ordinal_tie_b * tie * b, 0)
    from expected
    where tie_policy = 'ties counted'
    union all
    select
        *, 'krippendorff_alpha_interval',
        1 - (pairable - 1) * (met_a_tie + 4 * met_a_b + met_tie_b) / nullif(a * tie + 4 * a * b + tie * b, 0)
    from expected
    where tie_policy = 'ties counted'
)
select metric, slice, name, other, unit, tie_policy, replicate, value, n, parts
from every
where value is not null
