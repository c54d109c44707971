-- Grain: a statistic of agreement between two who judged the same items, in a bootstrap replicate (0: the data as they are).
-- Two have their own habits: Cohen's kappa (1960) takes from each how often it says what, so that a judge that always says
-- a is not called in agreement with one who mostly does. With quadratic weights (1968) a tie is half way from a to b.
with drawn as (
    select
        slice, name, other, unit, replicate,
        cast(sum(a_a + a_tie + a_b + tie_a + tie_tie + tie_b + b_a + b_tie + b_b) as bigint) as n,
        cast(sum(a_a + a_b + b_a + b_b) as bigint) as decided,
        count(*) as parts,
        count(*) filter (where a_a + a_b + b_a + b_b > 0) as decided_parts,
        cast(sum(weight * a_a) as double) as a_a,
        cast(sum(weight * a_tie) as double) as a_tie,
        cast(sum(weight * a_b) as double) as a_b,
        cast(sum(weight * tie_a) as double) as tie_a,
        cast(sum(weight * tie_tie) as double) as tie_tie,
        cast(sum(weight * tie_b) as double) as tie_b,
        cast(sum(weight * b_a) as double) as b_a,
        cast(sum(weight * b_tie) as double) as b_tie,
        cast(sum(weight * b_b) as double) as b_b
    from noise.judge_sums as sums
    join noise.replicates as replicates on replicates.part = sums.part
    group by slice, name, other, unit, replicate
),
policies as (
    select
        slice, name, other, unit, 'ties counted' as tie_policy, replicate, n, parts,
        a_a, a_tie, a_b, tie_a, tie_tie, tie_b, b_a, b_tie, b_b
    from drawn
    union all
    select
        slice, name, other, unit, 'ties left out', replicate, decided, decided_parts,
        a_a, 0e0, a_b, 0e0, 0e0, 0e0, b_a, 0e0, b_b
    from drawn
),
summed as (
    select
        *,
        a_a + a_tie + a_b + tie_a + tie_tie + tie_b + b_a + b_tie + b_b as items,
        a_a + a_tie + a_b as one_a, tie_a + tie_tie + tie_b as one_tie, b_a + b_tie + b_b as one_b,
        a_a + tie_a + b_a as other_a, a_tie + tie_tie + b_tie as other_tie, a_b + tie_b + b_b as other_b
    from policies
),
shares as (
    select
        *,
        (a_a + tie_tie + b_b) / nullif(items, 0) as agreed,
        (one_a * other_a + one_tie * other_tie + one_b * other_b) / nullif(items * items, 0) as chance,
        -- How far apart, squared, in steps of the scale.
        a_tie + tie_a + tie_b + b_tie + 4 * (a_b + b_a) as distance,
        one_a * other_tie + one_tie * other_a + one_tie * other_b + one_b * other_tie
        + 4 * (one_a * other_b + one_b * other_a) as chance_distance
    from summed
    where items > 0
),
every as (
    select *, 'percent_agreement' as metric, agreed as value from shares
    union all
    select *, 'cohen_kappa', (agreed - chance) / nullif(1 - chance, 0) from shares
    union all
    select *, 'cohen_kappa_quadratic', 1 - distance * items / nullif(chance_distance, 0)
    from shares
    where tie_policy = 'ties counted'
)
select metric, slice, name, other, unit, tie_policy, replicate, value, n, parts
from every
where value is not null
