-- Grain: a decided pair that nobody trained on: golden, or of a frozen evaluation set.
-- What the canaries are asked. Golden pairs are the policy's own anchor; frozen sets are what training is measured by. Of each, the
-- first $most by a hash, the same in every version. Who judged a frozen pair more than once is heard with everybody else.
with golden as (
    select
        'golden' as set_name, placed.record_id as pair_id, records.dimension, placed.prompt_id,
        records.policy_scenario as scenario, prompts.task,
        case
            when coalesce(aggregates.p_a, preferences.p_a) >= coalesce(aggregates.p_b, preferences.p_b)
                then pairs.seq_a else pairs.seq_b
        end as better_seq,
        case
            when coalesce(aggregates.p_a, preferences.p_a) >= coalesce(aggregates.p_b, preferences.p_b)
                then pairs.seq_b else pairs.seq_a
        end as worse_seq
    from layers.records as placed
    join weighting.records as records on records.kind = placed.kind and records.record_id = placed.record_id
    join evidence.pairs as pairs on pairs.pair_id = placed.record_id
    join noise.preferences as preferences
        on preferences.pair_id = placed.record_id and preferences.dimension = records.dimension
    join evidence.prompts as prompts on prompts.prompt_id = placed.prompt_id
    left join weighting.aggregates as aggregates on aggregates.pair_id = placed.record_id
    where placed.layer = 'golden' and placed.kind = 'pairs' and records.decided
),
judged as (
    select
        source, pair_id(left_id, right_id) as pair_id, dimension, prompt_id,
        min(task) as task,
        min(scenario) as scenario,
        max(case when left_id < right_id then left_text else right_text end) as text_a,
        max(case when left_id < right_id then right_text else left_text end) as text_b,
        sum(
            case choice when 'left' then 1 when 'right' then -1 else 0 end * case when left_id < right_id then 1 else -1 end
        ) as lead
    from ledger.frozen
    where left_id <> right_id
    group by source, pair_id(left_id, right_id), dimension, prompt_id
),
every as (
    select
        golden.set_name, golden.pair_id, golden.dimension, golden.prompt_id, golden.scenario, golden.task,
        better.content as better,
        worse.content as worse
    from golden
    join ledger.responses as better on better.seq = golden.better_seq
    join ledger.responses as worse on worse.seq = golden.worse_seq
    union all
    select
        judged.source, judged.pair_id, judged.dimension, judged.prompt_id,
        coalesce(governed.scenario, '*'), judged.task,
        case when judged.lead > 0 then judged.text_a else judged.text_b end,
        case when judged.lead > 0 then judged.text_b else judged.text_a end
    from judged
    left join policy.scenarios as governed on governed.scenario = judged.scenario
    where judged.lead <> 0
),
placed as (
    select *, row_number() over (partition by set_name order by pair_id, dimension) as place
    from every
)
select set_name, pair_id, dimension, prompt_id, scenario, task, better, worse
from placed
where place <= $most
