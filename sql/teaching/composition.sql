-- Grain: a value of a facet.
-- What the training layers are made of, by count and by weight: a thousand records that weigh nothing teach nothing. A record
-- counts once for each of its values of a facet.
with alike as (
    select
        stratum, task, scenario, risk_level, case when kind = 'pairs' then difficulty_of(decided, p) end as difficulty,
        count(*) as records,
        sum(cast(round(weight * 1e6) as bigint)) as weight
    from teaching.weights
    group by stratum, task, scenario, risk_level, case when kind = 'pairs' then difficulty_of(decided, p) end
),
named as (
    select
        records, weight,
        unnest([
            {'facet': 'stratum', 'value': stratum},
            {'facet': 'task', 'value': task},
            {'facet': 'scenario', 'value': scenario},
            {'facet': 'risk_level', 'value': risk_level},
            {'facet': 'difficulty', 'value': difficulty}
        ]) as told
    from alike
),
written as (
    select weights.kind, weights.record_id, weights.weight, unnest(list_concat(sides.generators_a, sides.generators_b)) as generator
    from teaching.weights as weights
    join evidence.pairs as sides on sides.pair_id = weights.record_id
    where weights.kind = 'pairs'
    union all
    select weights.kind, weights.record_id, weights.weight, unnest(responses.generators)
    from teaching.weights as weights
    join evidence.responses as responses on responses.response_id = split_part(weights.record_id, '.', 1)
    where weights.kind in ('ratings', 'unpaired')
),
-- Who spoke on a record, and how often: of a settled verdict those who settled it.
spoke as (
    select 'pairs' as kind, votes.pair_id as record_id, votes.rater_id, count(*) as votes
    from evidence.votes as votes
    left join noise.settlements as settlements
        on settlements.pair_id = votes.pair_id and settlements.dimension = votes.dimension
    where settlements.pair_id is null or votes.settles
    group by votes.pair_id, votes.rater_id
    union all
    select 'ratings', response_id || '.' || dimension, rater_id, count(*)
    from evidence.normalised_ratings
    group by response_id, dimension, rater_id
    union all
    select 'traces', steps.trace_id, steps.rater_id, 1
    from ledger.steps as steps
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
    group by steps.trace_id, steps.rater_id
    union all
    select 'unpaired', opinions.response_id, events.rater_id, cast(sum(opinions.events) as bigint)
    from weighting.opinions as opinions
    join ledger.events as events on events.event_id = opinions.event_ids[1]
    group by opinions.response_id, events.rater_id
),
voiced as (
    select kind, record_id, sum(votes) as votes
    from spoke
    group by kind, record_id
),
valued as (
    select told.facet as facet, told.value as value, records, weight
    from named
    where told.value is not null
    union all
    select 'generator', generator, count(*), sum(cast(round(weight * 1e6) as bigint))
    from (select distinct kind, record_id, weight, generator from written) as wrote
    group by generator
    union all
    select 'dimension', preferences.dimension, count(*), sum(cast(round(weights.weight * 1e6) as bigint))
    from teaching.weights as weights
    join noise.preferences as preferences on preferences.pair_id = weights.record_id
    where weights.kind = 'pairs'
    group by preferences.dimension
    union all
    select 'dimension', dimension, count(*), sum(cast(round(weight * 1e6) as bigint))
    from teaching.weights
    where kind <> 'pairs'
    group by dimension
    union all
    select
        'rater', spoke.rater_id, count(*), sum(cast(round(weights.weight * 1e6 * spoke.votes / voiced.votes) as bigint))
    from teaching.weights as weights
    join voiced on voiced.kind = weights.kind and voiced.record_id = weights.record_id
    join spoke on spoke.kind = weights.kind and spoke.record_id = weights.record_id
    group by spoke.rater_id
),
whole as (
    select sum(cast(round(weight * 1e6) as bigint)) as weight
    from teaching.weights
)
select
    valued.facet, valued.value,
    cast(sum(valued.records) as bigint) as records,
    sum(valued.weight) / 1e6 as weight,
    coalesce(cast(sum(valued.weight) as double) / nullif(cast(any_value(whole.weight) as double), 0e0), 0e0) as share
from valued
cross join whole
group by valued.facet, valued.value
