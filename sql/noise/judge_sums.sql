-- Grain: two who judged the same items, and a part of the prompts: how often one said this while the other said that.
-- One is a rater or the majority of a stratum. Raters are many and their pairs more, so only the sixteen of each stratum
-- who share the most items are compared, and of those the hundred couples with the most in common, ten items at least.
with shared as (
    select unit, round, pair_id, dimension, count(*) as strata
    from noise.panels
    group by unit, round, pair_id, dimension
    having sum(a + tie + b) > 1
),
busy as (
    select votes.rater_id, votes.stratum
    from evidence.votes as votes
    semi join shared
        on shared.unit = 'pair' and shared.pair_id = votes.pair_id and shared.dimension = votes.dimension
    group by votes.rater_id, votes.stratum
    qualify row_number() over (partition by votes.stratum order by count(*) desc, votes.rater_id) <= 16
),
chosen as (
    select
        votes.*,
        bootstrap_part(case when crowded.prompt_id is null then votes.prompt_id else votes.pair_id end) as part
    from evidence.votes as votes
    join busy on busy.rater_id = votes.rater_id and busy.stratum = votes.stratum
    left join noise.crowded_prompts as crowded on crowded.prompt_id = votes.prompt_id
),
raters as (
    select 'pair' as unit, '' as round, pair_id, part, dimension, rater_id as name, stratum, choice
    from chosen
    where vote_id not in (select vote_id from noise.repeats where place > 1)
    union all
    select 'round', coalesce(round, ''), pair_id, part, dimension, rater_id, stratum, choice
    from chosen
    where (select count(distinct coalesce(round, '')) from evidence.votes) > 1
        and vote_id not in (select vote_id from noise.repeats where place_in_round > 1)
),
strata as (
    select
        panels.unit, panels.round, panels.pair_id, panels.part, panels.dimension, panels.stratum as name,
        panels.stratum,
        case when a > tie and a > b then 'a' when tie > a and tie > b then 'tie' else 'b' end as choice
    from noise.panels as panels
    semi join shared
        on shared.unit = panels.unit and shared.round = panels.round and shared.pair_id = panels.pair_id
        and shared.dimension = panels.dimension and shared.strata > 1
    -- Without a choice ahead of the others there is no majority.
    where (a > tie and a > b) or (tie > a and tie > b) or (b > a and b > tie)
),
couples as (
    select
        'rater and rater' as slice, one.name, other.name as other, one.unit, one.part,
        one.choice as said, other.choice as other_said
    from raters as one
    join raters as other
        on other.unit = one.unit and other.round = one.round and other.pair_id = one.pair_id
        and other.dimension = one.dimension and one.name < other.name
    union all
    -- A rater is not held against a majority that it is part of.
    select
        'rater and stratum', one.name, other.name, one.unit, one.part, one.choice, other.choice
    from raters as one
    join strata as other
        on other.unit = one.unit and other.round = one.round and other.pair_id = one.pair_id
        and other.dimension = one.dimension and one.stratum <> other.stratum
    union all
    select
        'stratum and stratum', one.name, other.name, one.unit, one.part, one.choice, other.choice
    from strata as one
    join strata as other
        on other.unit = one.unit and other.round = one.round and other.pair_id = one.pair_id
        and other.dimension = one.dimension and one.name < other.name
),
kept as (
    select slice, name, other
    from couples
    where unit = 'pair'
    group by slice, name, other
    having count(*) >= 10
    qualify row_number() over (partition by slice order by count(*) desc, name, other) <= 100
)
select
    couples.slice, couples.name, couples.other, couples.unit, couples.part,
    count(*) filter (where said = 'a' and other_said = 'a') as a_a,
    count(*) filter (where said = 'a' and other_said = 'tie') as a_tie,
    count(*) filter (where said = 'a' and other_said = 'b') as a_b,
    count(*) filter (where said = 'tie' and other_said = 'a') as tie_a,
    count(*) filter (where said = 'tie' and other_said = 'tie') as tie_tie,
    count(*) filter (where said = 'tie' and other_said = 'b') as tie_b,
    count(*) filter (where said = 'b' and other_said = 'a') as b_a,
    count(*) filter (where said = 'b' and other_said = 'tie') as b_tie,
    count(*) filter (where said = 'b' and other_said = 'b') as b_b
from couples
join kept on kept.slice = couples.slice and kept.name = couples.name and kept.other = couples.other
group by couples.slice, couples.name, couples.other, couples.unit, couples.part
