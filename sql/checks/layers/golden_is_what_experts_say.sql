-- Bad row: a golden record that says what no offline expert said, and that nobody settled.
-- Weak supervision may outvote an expert in an estimate; what comes of it must not become the anchor of everything. This looks at the votes,
-- ratings, rewards and thumbs themselves, not at what placed the record. A score or reward may be an eighth of its scale from the experts' own.
with said as (
    select votes.pair_id, votes.dimension, votes.choice
    from evidence.votes as votes
    where votes.stratum = 'expert/offline' or votes.settles
    group by votes.pair_id, votes.dimension, votes.choice
),
led as (
    select
        records.record_id, records.dimension,
        case
            when p_a > p_b and p_a >= p_tie then 'a'
            when p_b > p_a and p_b >= p_tie then 'b'
            else 'tie'
        end as choice
    from layers.golden as golden
    join weighting.records as records on records.kind = golden.kind and records.record_id = golden.record_id
    join noise.preferences as preferences
        on preferences.pair_id = records.record_id and preferences.dimension = records.dimension
    where golden.kind = 'pairs'
),
scored as (
    select response_id || '.' || dimension as record_id, dimension, avg(score) as experts
    from evidence.scores
    where stratum = 'expert/offline'
    group by response_id, dimension
),
rewarded as (
    select trace_id, "index", avg(given) as experts
    from (
        select trace_id, "index", steps.rater_id, avg(reward) as given
        from ledger.steps as steps
        anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
        where reward is not null and supervisor = 'expert' and mode = 'offline'
        group by trace_id, "index", steps.rater_id
    ) as opinions
    group by trace_id, "index"
),
liked as (
    select
        response_id as record_id,
        sum(case when stratum = 'expert/offline' then up - down else 0 end) as experts, sum(up - down) as all_of_them
    from weighting.opinions
    group by response_id
)
select 'pairs' as kind, led.record_id, led.dimension, led.choice
from led
anti join said
    on said.pair_id = led.record_id and said.dimension = led.dimension and said.choice = led.choice
union all
select golden.kind, golden.record_id, released.dimension, null
from layers.golden as golden
left join weighting.scores as released on released.response_id || '.' || released.dimension = golden.record_id
left join scored on scored.record_id = golden.record_id
where golden.kind = 'ratings' and not coalesce(abs(scored.experts - released.score) <= 0.125001, false)
union all
select golden.kind, golden.record_id, null, null
from layers.golden as golden
left join weighting.rewards as released on released.trace_id = golden.record_id
left join rewarded on rewarded.trace_id = released.trace_id and rewarded."index" = released."index"
where golden.kind = 'traces'
group by golden.kind, golden.record_id
having not coalesce(bool_and(coalesce(abs(rewarded.experts - released.reward) <= 0.250001, false)), false)
union all
select golden.kind, golden.record_id, null, null
from layers.golden as golden
left join liked on liked.record_id = golden.record_id
where golden.kind = 'unpaired' and not coalesce(liked.experts * liked.all_of_them > 0, false)
