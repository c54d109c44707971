-- Grain: a queue and a pair waiting in it.
-- Every question that people can answer better than a formula, the most urgent first. A pair that was answered leaves: what
-- is settled is no dispute, what was annotated again is no sample, and what is golden is no candidate. Of what users alone judged,
-- high risk has the upper half of the priorities: it comes before everything else, however sure the estimate is.
with answered as (
    select
        pair_id,
        bool_or(coalesce(round = 'reannotation', false)) as annotated,
        bool_or(coalesce(round = 'review', false)) as reviewed,
        bool_or(settles) as settled
    from evidence.votes
    where round in ('reannotation', 'review') or settles
    group by pair_id
),
annotated as (
    select pair_id from answered where annotated
),
waiting as (
    select
        'arbitration' as queue, pair_id, any_value(prompt_id) as prompt_id,
        substr(min(ranked), 3) as kind,
        list_sort(list(dimension)) as dimensions,
        sum(cast(round(change * 1e9) as bigint)) / 1e9 as priority,
        case substr(min(ranked), 3)
            when 'contradicted' then 'those who settled it contradict each other'
            when 'rule' then 'a rule contradicts people at high risk'
            when 'expert' then 'an expert contradicts the others'
            when 'version' then 'votes under two versions of one policy or rubric contradict each other'
            else 'raters contradict each other'
        end || ' on ' || array_to_string(list_sort(list(dimension) filter (where ranked = best)), ', ') as reason
    from (
        -- Of several reasons on one pair, the one that weighs most is told.
        select *, min(ranked) over (partition by pair_id) as best
        from (
            select
                *,
                case kind when 'contradicted' then '1 ' when 'rule' then '2 ' when 'expert' then '3 ' when 'version' then '4 ' else '5 ' end || kind as ranked
            from noise.disputes
        ) as told
    ) as ranked_disputes
    group by pair_id
    union all
    select
        'reannotation', preferences.pair_id, any_value(pairs.prompt_id), 'flip', list_sort(list(preferences.dimension)),
        max(least(1e0, flips / votes)),
        'a rater changed sides with the display order on ' || array_to_string(list_sort(list(preferences.dimension)), ', ')
    from noise.preferences as preferences
    join evidence.pairs as pairs on pairs.pair_id = preferences.pair_id
    anti join (select pair_id from answered where annotated or settled) as asked on asked.pair_id = preferences.pair_id
    where preferences.flips > 0
    group by preferences.pair_id
    union all
    select
        followups.queue, followups.pair_id, any_value(followups.prompt_id), followups.kind,
        list_sort(list(followups.dimension)), max(followups.priority),
        min(followups.reason) || ' on ' || array_to_string(list_sort(list(followups.dimension)), ', ')
    from noise.followups as followups
    left join answered on answered.pair_id = followups.pair_id
    where not coalesce(answered.settled or (followups.queue = 'review' and answered.reviewed)
        or (followups.queue = 'reannotation' and answered.annotated), false)
    group by followups.queue, followups.pair_id, followups.kind
    union all
    select
        'reannotation', samples.pair_id, samples.prompt_id, samples.kind, [samples.dimension], samples.priority,
        'drawn to see how often labels flip'
    from noise.samples as samples
    anti join annotated on annotated.pair_id = samples.pair_id
    where samples.queue = 'reannotation'
    union all
    select
        queue, pair_id, prompt_id, kind, [dimension], priority,
        case kind
            when 'misjudged' then 'its answer is known, and raters often missed it'
            when 'boundary' then 'its answer is known, and it is a close one'
            when 'typical' then 'its answer is known'
            else 'everybody agrees, people among them, and no rule objects'
        end
    from noise.samples
    where queue <> 'reannotation'
    union all
    select
        'backflow', pair_id, prompt_id, kind, [dimension], round(case when kind = 'risky' then 0.5e0 else 0e0 end + priority / 2, 9),
        case kind
            when 'risky' then 'high risk, and no annotator has judged it'
            when 'conflicting' then 'users and judges or rules contradict each other'
            when 'new_task' then 'users judged it in a task that is new'
            when 'drifting' then 'users judged it in a task where they have come to want something else'
            else 'only users judged it, and the estimate is not sure'
        end
    from noise.backflow
    union all
    select
        'backflow', preferences.pair_id, any_value(pairs.prompt_id), 'online', list_sort(list(preferences.dimension)),
        -- The urgency that noise.backflow gives to high risk.
        round(0.5e0 + least(1e0, max(1 - greatest(p_a, p_b)) + 0.25e0) / 2, 9), 'high risk, and only users have judged it'
    from noise.preferences as preferences
    join evidence.pairs as pairs on pairs.pair_id = preferences.pair_id
    join evidence.prompts as prompts on prompts.prompt_id = pairs.prompt_id
    where prompts.risk_level = 'high'
    group by preferences.pair_id
    having bool_and(array_length(list_filter(strata, lambda s: not s.stratum like '%/online')) = 0)
),
-- A pair waits once in a queue: a flip is the better reason to ask again than a lot, and a pair that was drawn says more than
-- that only users judged it.
ranked as (
    select *, row_number() over (partition by queue, pair_id order by case when kind = 'online' then 1 else 0 end, kind) as place
    from waiting
)
select queue, pair_id, prompt_id, kind, dimensions, priority, reason
from ranked
-- Nobody is shown two sides that differ only in what is hidden.
anti join (select record_id from layers.records where kind = 'pairs' and rule = 'alike') as alike on alike.record_id = ranked.pair_id
where place = 1
