-- Grain: a rater on a dimension whose agreement with the others changed at some time.
-- The largest departure of its running agreement from a straight line, against what chance would give: the CUSUM test for one
-- change at an unknown time (Page 1954; the limit is that of the Brownian bridge at 1 %). Twenty votes at least.
-- Copies of one model are one voice: the side that most of their votes on a pair take, and no witness of each other.
with siblings as (
    select rater_id, family
    from (
        select rater_id, family, count(*) over (partition by family) as members
        from (select rater_id, min(family) as family from ledger.raters group by rater_id) as families
    ) as counted
    where family is not null and members > 1
),
voices as (
    select
        pair_id, dimension, family,
        case when sum(side) > 0 then 1 when sum(side) < 0 then -1 else 0 end as voice
    from (
        select
            votes.pair_id, votes.dimension, siblings.family,
            case votes.choice when 'a' then 1 when 'b' then -1 else 0 end as side
        from evidence.votes as votes
        join siblings on siblings.rater_id = votes.rater_id
        where not votes.settles and votes.superseded is distinct from true
    ) as said
    group by pair_id, dimension, family
),
leads as (
    select pair_id, dimension, sum(voice) as lead
    from (
        select pair_id, dimension, case choice when 'a' then 1 when 'b' then -1 else 0 end as voice
        from evidence.votes
        anti join siblings on siblings.rater_id = votes.rater_id
        where not settles and superseded is distinct from true
        union all
        select pair_id, dimension, voice
        from voices
    ) as heard
    group by pair_id, dimension
),
-- Nobody is a witness of the own votes, not even of those given again; few raters judge a pair twice.
own as (
    select pair_id, dimension, rater_id, sum(case choice when 'a' then 1 when 'b' then -1 else 0 end) as lead
    from evidence.votes
    where not settles and superseded is distinct from true
    group by pair_id, dimension, rater_id
    having count(*) > 1
),
sided as (
    select *, case choice when 'a' then 1 else -1 end as side
    from evidence.votes
    where decided_at is not null and choice <> 'tie' and not settles and superseded is distinct from true
),
held as (
    select
        sided.rater_id, sided.dimension, sided.stratum, sided.decided_at,
        case when (leads.lead - coalesce(voices.voice, own.lead, sided.side)) * sided.side > 0 then 1 else 0 end as agrees
    from sided
    join leads on leads.pair_id = sided.pair_id and leads.dimension = sided.dimension
    left join own
        on own.pair_id = sided.pair_id and own.dimension = sided.dimension and own.rater_id = sided.rater_id
    left join siblings on siblings.rater_id = sided.rater_id
    left join voices
        on voices.pair_id = sided.pair_id and voices.dimension = sided.dimension and voices.family = siblings.family
    where leads.lead <> coalesce(voices.voice, own.lead, sided.side)
),
-- What was decided at one time was decided together: nothing changes in between.
walked as (
    select
        rater_id, dimension, stratum, decided_at,
        count(*) over (partition by rater_id, dimension, stratum) as n,
        sum(agrees) over (partition by rater_id, dimension, stratum) as agreed,
        count(*) over (
            partition by rater_id, dimension, stratum order by decided_at
            range between unbounded preceding and current row
        ) as place,
        sum(agrees) over (
            partition by rater_id, dimension, stratum order by decided_at
            range between unbounded preceding and current row
        ) as agreed_so_far
    from held
),
tested as (
    select
        *,
        abs(agreed_so_far - place * agreed / n) / nullif(sqrt(agreed * (n - agreed) / n), 0) as statistic
    from walked
    where n >= 20
),
largest as (
    select *, row_number() over (partition by rater_id, dimension, stratum order by statistic desc, place) as rank
    from tested
    where statistic > 1.63
)
select
    rater_id, dimension, stratum,
    decided_at as changed_at,
    statistic,
    cast(n as bigint) as n,
    agreed_so_far / place as agreement_before,
    (agreed - agreed_so_far) / nullif(n - place, 0) as agreement_after
from largest
where rank = 1
