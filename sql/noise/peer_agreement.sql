-- Grain: a vote that takes a side on a pair on which the others lean to one.
-- Copies of one model are one voice: the side that most of their votes on a pair take, and no witness of each other. What
-- settles a pair is the answer itself: it shows neither how good others are nor how far they agree.
with said as (
    select
        vote_id, pair_id, dimension, rater_id, stratum, decided_at,
        case choice when 'a' then 1 when 'b' then -1 else 0 end as side
    from evidence.votes
    where settles is distinct from true and superseded is distinct from true
),
siblings as (
    select rater_id, family
    from (
        select rater_id, family, count(*) over (partition by family) as members
        from (select rater_id, min(family) as family from ledger.raters group by rater_id) as families
    ) as counted
    where family is not null and members > 1
),
voices as (
    select
        said.pair_id, said.dimension, siblings.family,
        case when sum(said.side) > 0 then 1 when sum(said.side) < 0 then -1 else 0 end as voice
    from said
    join siblings on siblings.rater_id = said.rater_id
    group by said.pair_id, said.dimension, siblings.family
),
leads as (
    select pair_id, dimension, sum(voice) as lead
    from (
        select pair_id, dimension, side as voice
        from said
        anti join siblings on siblings.rater_id = said.rater_id
        union all
        select pair_id, dimension, voice
        from voices
    ) as heard
    group by pair_id, dimension
    having count(*) > 1
),
-- Nobody is a witness of the own votes, not even of those given again or in another stratum.
own as (
    select
        pair_id, dimension, rater_id,
        sum(case choice when 'a' then 1 when 'b' then -1 else 0 end) as lead
    from noise.repeats
    group by pair_id, dimension, rater_id
    having bool_or(settles) is distinct from true
),
held as (
    select
        said.vote_id, said.rater_id, said.dimension, said.stratum, said.decided_at, said.side,
        leads.lead - coalesce(voices.voice, own.lead, said.side) as others
    from said
    join leads on leads.pair_id = said.pair_id and leads.dimension = said.dimension
    left join own on own.pair_id = said.pair_id and own.dimension = said.dimension and own.rater_id = said.rater_id
    left join siblings on siblings.rater_id = said.rater_id
    left join voices
        on voices.pair_id = said.pair_id and voices.dimension = said.dimension and voices.family = siblings.family
    where said.side <> 0
)
select vote_id, rater_id, dimension, stratum, decided_at, others * side > 0 as agrees
from held
where others <> 0
