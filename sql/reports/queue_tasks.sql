-- Grain: a question to people: a pair of a queue, and a dimension to judge it on; the most urgent pair first.
-- It holds what a person must see, and nothing that would sway one: not who wrote the sides, nor what others said of them. The
-- policy's seed decides which side stands left, so that a habit of the eye does not favour the same side of every pair.
-- Of disputes that would move as much, the one least sure comes first, then the one with more votes.
with doubts as (
    select
        disputes.pair_id,
        max(round(1 - greatest(preferences.p_a, preferences.p_tie, preferences.p_b), 9)) as doubt,
        sum(preferences.votes) as votes
    from noise.disputes as disputes
    join noise.preferences as preferences
        on preferences.pair_id = disputes.pair_id and preferences.dimension = disputes.dimension
    group by disputes.pair_id
),
wanted as (
    select
        queue.*, prompts.policy_scenario, prompts.task, prompts.scenario, prompts.risk_level, prompts.language, prompts.seq,
        row_number() over (
            order by queue.priority desc, coalesce(doubts.doubt, 0e0) desc, coalesce(doubts.votes, 0) desc, queue.pair_id
        ) as place
    from noise.queue as queue
    join evidence.prompts as prompts on prompts.prompt_id = queue.prompt_id
    left join doubts on doubts.pair_id = queue.pair_id and queue.queue = 'arbitration'
    where queue.queue = $queue and ($scenario is null or prompts.scenario = $scenario)
),
asked as (
    select *, unnest(dimensions) as dimension
    from wanted
    where $most is null or place <= $most
),
sided as (
    select
        asked.*,
        coalesce(shown.messages, prompts.messages) as messages,
        prompts.messages as said,
        case when one.is_left then first_text.content else second_text.content end as own_left,
        case when one.is_left then second_text.content else first_text.content end as own_right,
        case when one.is_left then coalesce(shown_a.content, first_text.content)
            else coalesce(shown_b.content, second_text.content) end as shown_left,
        case when one.is_left then coalesce(shown_b.content, second_text.content)
            else coalesce(shown_a.content, first_text.content) end as shown_right
    from asked
    join (
        select
            wanted.pair_id, pairs.seq_a, pairs.seq_b, pairs.a, pairs.b,
            first_shown_left(governing.seed, wanted.queue, wanted.pair_id) as is_left
        from wanted
        join policy.scenarios as governing on governing.scenario = wanted.policy_scenario
        join evidence.pairs as pairs on pairs.pair_id = wanted.pair_id
    ) as one on one.pair_id = asked.pair_id
    left join privacy.prompts as shown on shown.prompt_id = asked.prompt_id
    left join privacy.masked as shown_a on shown_a.text = 'response' and shown_a.id = one.a
    left join privacy.masked as shown_b on shown_b.text = 'response' and shown_b.id = one.b
    join ledger.prompts as prompts on prompts.seq = asked.seq
    join ledger.responses as first_text on first_text.seq = one.seq_a
    join ledger.responses as second_text on second_text.seq = one.seq_b
)
select
    sided.pair_id as item,
    sided.queue,
    sided.dimension,
    case
        when sided.dimension = 'overall' then 'All in all, which response is better?'
        else concat('Which response is better in ', sided.dimension, '?', coalesce(' ' || dimensions.definition, ''))
    end as question,
    case
        when array_length(sided.messages) = 1 then sided.messages[1].content
        else array_to_string(list_transform(sided.messages, lambda m: m.role || ': ' || m.content), chr(10) || chr(10))
    end as prompt,
    sided.shown_left as "left",
    sided.shown_right as "right",
    nullif(sided.task, 'unknown') as task,
    nullif(sided.scenario, 'general') as scenario,
    sided.risk_level,
    nullif(sided.language, 'und') as language,
    cast(to_json(sided.messages) as varchar) as messages,
    -- What the answers are held against: a text that was changed on the way is another text, and was not judged; an answer about
    -- another pair, on another dimension or in another scenario was not asked for. Of a text that is shown with placeholders it is
    -- that of the text itself, which the import puts back, and by which it tells the sides: so the texts have a part of their own.
    concat_ws(
        '-',
        sha256(concat_ws(
            chr(30),
            array_to_string(list_transform(sided.said, lambda m: m.role || chr(31) || m.content), chr(30)),
            sided.own_left, sided.own_right
        )),
        left(sha256(concat_ws(
            chr(30),
            sided.pair_id, sided.dimension, coalesce(nullif(sided.task, 'unknown'), ''),
            coalesce(nullif(sided.scenario, 'general'), ''), coalesce(sided.risk_level, ''),
            coalesce(nullif(sided.language, 'und'), '')
        )), 32)
    ) as "check"
from sided
left join policy.dimensions as dimensions
    on dimensions.scenario = sided.policy_scenario and dimensions.dimension = sided.dimension
-- Sides that differ in nothing but what is hidden cannot be told apart.
where sided.shown_left <> sided.shown_right
order by sided.place, sided.dimension
