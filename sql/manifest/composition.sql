-- Grain: a layer, a kind of record, a facet and one of its values.
-- What a release is made of, counted every way a reader asks: by stratum, task, scenario, risk, dimension, rule and signal.
with placed as (
    select placed.*, prompts.task, prompts.scenario, prompts.risk_level
    from layers.records as placed
    join evidence.prompts as prompts on prompts.prompt_id = placed.prompt_id
),
faceted as (
    select
        layer, kind, stratum, task, scenario, risk_level, rule,
        count(*) as records,
        grouping(stratum) as no_stratum, grouping(task) as no_task, grouping(scenario) as no_scenario,
        grouping(risk_level) as no_risk, grouping(rule) as no_rule
    from placed
    group by grouping sets (
        (layer, kind, stratum), (layer, kind, task), (layer, kind, scenario), (layer, kind, risk_level), (layer, kind, rule)
    )
),
dimensions as (
    select placed.layer, placed.kind, preferences.dimension, count(*) as records
    from layers.records as placed
    join noise.preferences as preferences on preferences.pair_id = placed.record_id
    where placed.kind = 'pairs'
    group by placed.layer, placed.kind, preferences.dimension
    union all
    select placed.layer, placed.kind, records.dimension, count(*)
    from layers.records as placed
    join weighting.records as records on records.kind = placed.kind and records.record_id = placed.record_id
    where placed.kind <> 'pairs'
    group by placed.layer, placed.kind, records.dimension
),
signals as (
    select placed.layer, placed.kind, voted.signal, count(*) as records
    from layers.records as placed
    join (
        select pair_id, case when derived_from = 'vote' and share < 1 then 'ranked' when derived_from = 'vote' then 'pairwise'
            when derived_from = 'rating' then 'scalar' else 'online' end as signal
        from evidence.votes
        group by all
    ) as voted on voted.pair_id = placed.record_id
    where placed.kind = 'pairs'
    group by placed.layer, placed.kind, voted.signal
    union all
    select layer, kind, case kind when 'ratings' then 'scalar' when 'traces' then 'process' else 'online' end, count(*)
    from layers.records
    where kind <> 'pairs'
    group by layer, kind
)
select layer, kind, 'stratum' as facet, stratum as value, records from faceted where no_stratum = 0
union all
select layer, kind, 'task', task, records from faceted where no_task = 0
union all
select layer, kind, 'scenario', scenario, records from faceted where no_scenario = 0
union all
select layer, kind, 'risk_level', risk_level, records from faceted where no_risk = 0
union all
select layer, kind, 'rule', rule, records from faceted where no_rule = 0
union all
select layer, kind, 'dimension', dimension, records from dimensions
union all
select layer, kind, 'signal', signal, records from signals
order by layer, kind, facet, value
