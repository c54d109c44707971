-- Grain: a vote on a pair that people settled, held against what they settled.
-- Disputed pairs are harder, and who contradicts the others makes a pair disputed. So the pairs that a round settled are held against the
-- other pairs with several votes that were first voted on in that month. Where they are more than half as often again disputed, or less
-- than two thirds as often, and chance would not have it so, the votes themselves chose what was settled: in that month, or in all
-- months of the round together but those that show it by themselves. What chance gives in one ledger of twenty shows nothing, and as many
-- as there are months and rounds were held against others (Bonferroni). Rounds that a number alone tells apart are one: the same is
-- done again. Votes given before the settling then show how pairs were chosen, and not how good raters are: they are left out. What
-- settles is not held against itself, nor what its rater said before.
with settling as (
    select
        votes.pair_id, votes.dimension, min(votes.decided_at) as settled_at,
        regexp_replace(
            coalesce(arg_min(coalesce(votes.round, ''), votes.decided_at), min(coalesce(votes.round, ''))), '[0-9]+', '0', 'g'
        ) as round,
        any_value(settlements.choice) as choice
    from evidence.votes as votes
    join noise.settlements as settlements
        on settlements.pair_id = votes.pair_id and settlements.dimension = votes.dimension
    where votes.settles
    group by votes.pair_id, votes.dimension
),
said as (
    select vote_id, pair_id, dimension, rater_id, stratum, choice, decided_at
    from evidence.votes
    where settles is distinct from true and superseded is distinct from true
        and dimension in (select dimension from settling)
),
judged as (
    select
        said.pair_id, said.dimension, any_value(settling.round) as round,
        coalesce(strftime(min(said.decided_at), '%Y-%m'), '') as month,
        case when coalesce(bool_or(said.choice = 'a') and bool_or(said.choice = 'b'), false) then 1 else 0 end as disputed
    from said
    left join settling on settling.pair_id = said.pair_id and settling.dimension = said.dimension
    group by said.pair_id, said.dimension
    having count(*) > 1
),
rounds as (
    select dimension, month, round, count(*) as n, sum(disputed) as disputed
    from judged
    group by dimension, month, round
),
totals as (
    select dimension, month, sum(n) as n, sum(disputed) as disputed
    from rounds
    group by dimension, month
),
-- How many would be disputed, were they as those of the month (even), and were they as the others of it (elsewhere).
compared as (
    select
        rounds.dimension, rounds.month, rounds.round, rounds.n, rounds.disputed,
        totals.n - rounds.n as others,
        totals.disputed - rounds.disputed as others_disputed,
        rounds.n * totals.disputed / totals.n as even,
        (totals.n - rounds.n) * totals.disputed / totals.n as others_even,
        rounds.n * (totals.disputed - rounds.disputed) / (totals.n - rounds.n) as elsewhere
    from rounds
    join totals on totals.dimension = rounds.dimension and totals.month = rounds.month
    where rounds.round is not null and totals.n > rounds.n
),
tests as (
    select (select count(*) from compared) + (select count(*) from (select distinct dimension, round from compared) as every) as n
),
months as (
    select
        compared.*,
        (disputed > 1.5e0 * elsewhere or 1.5e0 * disputed < elsewhere)
            and 2 * tests.n * least(
                chance_of(disputed / compared.n, compared.n, even / compared.n),
                chance_of(others_disputed / others, others, others_even / others)
            ) <= 0.05e0 as chosen
    from compared
    cross join tests
),
together as (
    select
        dimension, round,
        sum(n) as n, sum(disputed) as disputed, sum(others) as others, sum(others_disputed) as others_disputed,
        sum(cast(round(1e6 * even) as bigint)) / 1e6 as even, sum(cast(round(1e6 * others_even) as bigint)) / 1e6 as others_even,
        sum(cast(round(1e6 * elsewhere) as bigint)) / 1e6 as elsewhere
    from months
    where not chosen
    group by dimension, round
),
choosing as (
    select rounds.dimension, rounds.month, rounds.round
    from rounds
    join together on together.dimension = rounds.dimension and together.round = rounds.round
    cross join tests
    where (together.disputed > 1.5e0 * elsewhere or 1.5e0 * together.disputed < elsewhere)
        and 2 * tests.n * least(
            chance_of(together.disputed / together.n, together.n, even / together.n),
            chance_of(others_disputed / others, others, others_even / others)
        ) <= 0.05e0
    union
    select dimension, month, round
    from months
    where chosen
),
chosen as (
    select judged.pair_id, judged.dimension
    from judged
    join choosing
        on choosing.dimension = judged.dimension and choosing.month = judged.month and choosing.round = judged.round
)
select
    said.vote_id, said.pair_id, said.dimension, said.rater_id, said.stratum, said.decided_at,
    said.choice = settling.choice as hit,
    said.choice <> settling.choice and said.choice <> 'tie' and settling.choice <> 'tie' as opposed,
    chosen.pair_id is not null and coalesce(said.decided_at <= settling.settled_at, true) as chose
from said
join settling on settling.pair_id = said.pair_id and settling.dimension = said.dimension
left join chosen on chosen.pair_id = said.pair_id and chosen.dimension = said.dimension
where settling.choice is not null
