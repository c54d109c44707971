-- Grain: a queue and a pair drawn into it.
-- Re-annotation needs a sample that nobody chose, calibration needs items whose answer is known, and golden needs candidates
-- that everybody agrees on. Lots are drawn by hash, from the policy's seed: the same ledger and policy give the same sample.
with labelled as (
    select
        records.record_id as pair_id, records.prompt_id, records.policy_scenario as scenario, records.dimension,
        records.stratum, records.risk_level, records.p, records.trust, records.votes, records.decided, records.strata,
        prompts.task, placed.layer, governing.seed
    from weighting.records as records
    join layers.records as placed on placed.kind = records.kind and placed.record_id = records.record_id
    join evidence.prompts as prompts on prompts.prompt_id = records.prompt_id
    join policy.scenarios as governing on governing.scenario = records.policy_scenario
    where records.kind = 'pairs'
),
-- Every cell of stratum × task × risk in turn gives one pair, until the sample is full: small slices are measured too.
lots as (
    select
        labelled.pair_id, labelled.prompt_id, labelled.scenario, labelled.dimension, labelled.stratum, labelled.task,
        labelled.risk_level, queues.size,
        md5(concat_ws('/', cast(labelled.seed as varchar), queues.queue, labelled.pair_id)) as lot
    from labelled
    join policy.queues as queues on queues.scenario = labelled.scenario and queues.queue = 'reannotation'
),
celled as (
    select *, row_number() over (partition by scenario, stratum, task, risk_level order by lot) as turn
    from lots
),
drawn as (
    select *, row_number() over (partition by scenario order by turn, lot) as place
    from celled
    where turn <= size
),
-- What is known well enough to hold raters against it, and how often they missed it.
known as (
    select
        labelled.pair_id, labelled.prompt_id, labelled.scenario, labelled.dimension, labelled.p, queues.size,
        md5(concat_ws('/', cast(labelled.seed as varchar), queues.queue, labelled.pair_id)) as lot,
        case
            when preferences.p_a >= greatest(preferences.p_tie, preferences.p_b) then 'a'
            when preferences.p_b >= preferences.p_tie then 'b'
            else 'tie'
        end as answer
    from labelled
    join noise.preferences as preferences
        on preferences.pair_id = labelled.pair_id and preferences.dimension = labelled.dimension
    join policy.queues as queues on queues.scenario = labelled.scenario and queues.queue = 'calibration'
    where labelled.layer = 'golden' and labelled.decided
),
missed as (
    select known.pair_id, count(*) filter (where votes.choice <> known.answer) / count(*) as missed
    from known
    join evidence.votes as votes on votes.pair_id = known.pair_id and votes.dimension = known.dimension
    where not votes.settles and votes.superseded is distinct from true
    group by known.pair_id
),
-- A third of a pack are the items raters missed most, a third the closest of the rest; the others are drawn. What one expert settled
-- is as sure as what another did: of such, the closest is what raters missed more often.
by_misses as (
    select
        known.*, coalesce(missed.missed, 0) as missed,
        row_number() over (partition by known.scenario order by coalesce(missed.missed, 0) desc, known.lot) as place_missed
    from known
    left join missed on missed.pair_id = known.pair_id
),
by_closeness as (
    select
        *, missed > 0 and 3 * place_missed <= size + 2 as is_misjudged,
        row_number() over (partition by scenario, missed > 0 and 3 * place_missed <= size + 2 order by p, missed desc, lot) as place_close,
        count(*) over (partition by scenario, missed > 0 and 3 * place_missed <= size + 2) as rest
    from by_misses
),
sorted as (
    select
        *,
        case when is_misjudged then 'misjudged' when 3 * place_close <= least(size, rest) + 2 then 'boundary' else 'typical' end
            as kind
    from by_closeness
),
packed as (
    select
        *,
        row_number() over (
            partition by scenario order by case kind when 'misjudged' then 1 when 'boundary' then 2 else 3 end, lot
        ) as place
    from sorted
),
-- Shuffled, so that neither the beginning of a pack nor the order of it says what kind an item is.
shuffled as (
    select *, row_number() over (partition by scenario order by lot) as turn
    from packed
    where place <= size
),
promising as (
    select labelled.*, queues.size
    from labelled
    join policy.queues as queues on queues.scenario = labelled.scenario and queues.queue = 'golden'
    where labelled.layer <> 'golden' and labelled.decided and labelled.votes > 1
        and array_length(list_filter(labelled.strata, lambda s:
            s.stratum like 'expert/%' or s.stratum like 'crowd/%' or s.stratum = 'user/offline')) > 0
),
said as (
    select promising.pair_id, min(votes.choice) as choice
    from promising
    join evidence.votes as votes on votes.pair_id = promising.pair_id and votes.dimension = promising.dimension
    group by promising.pair_id
    having min(votes.rater_id) < max(votes.rater_id) and min(votes.choice) = max(votes.choice)
),
-- A rule leaves nothing but what it says itself, and nothing at all where it refuses both sides; what is settled needs no candidate.
objections as (
    select pair_id, case when not settles and not both_bad then choice end as leaves
    from evidence.votes
    where settles or (stratum like 'rule/%' and (both_bad or choice <> 'tie'))
),
candidates as (
    select
        promising.*,
        row_number() over (partition by promising.scenario order by round(promising.trust, 9) desc, promising.pair_id) as place
    from promising
    join said on said.pair_id = promising.pair_id
    anti join objections on objections.pair_id = said.pair_id and objections.leaves is distinct from said.choice
    left join noise.preferences as estimated
        on estimated.pair_id = promising.pair_id and estimated.dimension = promising.dimension
    -- Raters who are known to be worse than chance may all say the opposite of what is released.
    where coalesce(
        said.choice
        = case when estimated.p_a > estimated.p_b then 'a' when estimated.p_b > estimated.p_a then 'b' end, true
    )
)
select
    'reannotation' as queue, pair_id, prompt_id, dimension, 'sample' as kind, 1 - (place - 1) / size as priority,
    cast(null as varchar) as answer
from drawn
where place <= size
union all
select 'calibration', pair_id, prompt_id, dimension, kind, 1 - (turn - 1) / size, answer
from shuffled
union all
select 'golden', pair_id, prompt_id, dimension, 'unanimous', round(trust, 9), cast(null as varchar)
from candidates
where place <= size
