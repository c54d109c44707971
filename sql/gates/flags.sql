-- Grain: a pair of a training layer, of the prompts that are drawn for inspection.
-- One look at texts and estimates for everything that can be wrong with a single pair; a flag is null where it cannot be asked.
-- The draw is by a hash of the prompt: the same on every machine, and the pairs of a prompt stay together.
with drawn as (
    select
        placed.record_id as pair_id, placed.prompt_id, records.policy_scenario as scenario, records.risk_level,
        records.decided, records.has_rationale, records.stratum,
        prompts.task, prompts.scenario as own_scenario, prompts.seq as prompt_seq,
        case when preferences.p_a >= preferences.p_b then pairs.a else pairs.b end as chosen,
        case when preferences.p_a >= preferences.p_b then pairs.b else pairs.a end as rejected,
        case when preferences.p_a >= preferences.p_b then pairs.seq_a else pairs.seq_b end as chosen_seq,
        case when preferences.p_a >= preferences.p_b then pairs.seq_b else pairs.seq_a end as rejected_seq,
        pairs.features_a.characters as length_a,
        pairs.features_b.characters as length_b,
        array_length(pairs.generators_a) = 0 or array_length(pairs.generators_b) = 0 as anonymous
    from layers.records as placed
    join weighting.records as records on records.kind = placed.kind and records.record_id = placed.record_id
    join evidence.pairs as pairs on pairs.pair_id = placed.record_id
    join noise.preferences as preferences
        on preferences.pair_id = placed.record_id and preferences.dimension = records.dimension
    join evidence.prompts as prompts on prompts.prompt_id = placed.prompt_id
    where placed.kind = 'pairs' and placed.layer <> 'backflow' and hash_bits_high(placed.prompt_id) % $parts = 0
),
spelled as (
    select
        drawn.pair_id, drawn.length_a, drawn.length_b,
        plain_words(asked.messages[array_length(asked.messages)].content) as question,
        plain_words(better.content) as better,
        -- Only where the lengths are near can the texts be.
        case
            when abs(drawn.length_a - drawn.length_b) <= 0.05 * greatest(drawn.length_a, drawn.length_b)
                then plain_words(worse.content)
        end as worse
    from drawn
    join ledger.prompts as asked on asked.seq = drawn.prompt_seq
    join ledger.responses as better on better.seq = drawn.chosen_seq
    join ledger.responses as worse on worse.seq = drawn.rejected_seq
),
compared as (
    select
        pair_id,
        list_distinct(list_filter(string_split(question, ' '), lambda w: length(w) > 3)) as asked,
        list_distinct(list_filter(string_split(better, ' '), lambda w: length(w) > 3)) as answered,
        case when worse is not null then list_distinct(string_split(better, ' ')) end as said,
        list_distinct(string_split(worse, ' ')) as said_instead
    from spelled
),
texts as (
    select
        pair_id,
        coalesce(
            array_length(array_intersect(said, said_instead))
                >= 0.95 * array_length(list_distinct(list_concat(said, said_instead))), false
        ) as identical,
        case
            when array_length(asked) >= 3 and array_length(answered) >= 8
                then array_length(array_intersect(asked, answered)) = 0
        end as misaligned
    from compared
),
-- A rule rates a text, or votes for the text that keeps it: whichever it did, it looked.
ruled as (
    select pair_id, bool_or(broken) as broken
    from (
        select drawn.pair_id, ratings.unit_value < 0.5 as broken
        from drawn
        join evidence.normalised_ratings as ratings on ratings.response_id = drawn.chosen
        where ratings.stratum in ('rule/offline', 'rule/online', 'rule/synthetic')
        union all
        select
            drawn.pair_id,
            coalesce(votes.both_bad, false)
                or case votes.choice when 'a' then votes.a when 'b' then votes.b else drawn.chosen end = drawn.rejected
        from drawn
        join evidence.votes as votes on votes.pair_id = drawn.pair_id
        where votes.stratum in ('rule/offline', 'rule/online', 'rule/synthetic') and votes.derived_from = 'vote'
    ) as verdicts
    group by pair_id
),
edges as (
    select pair_id, prompt_id, chosen, rejected
    from drawn
    where decided
),
-- Of three responses with all three pairs decided: a cycle, or an order.
triples as (
    select one.pair_id as x, two.pair_id as y, three.pair_id as z, three.chosen = two.rejected as cyclic
    from edges as one
    join edges as two on two.prompt_id = one.prompt_id and two.chosen = one.rejected
    join edges as three
        on three.prompt_id = one.prompt_id
        and three.pair_id = pair_id(one.chosen, two.rejected)
),
looped as (
    select pair_id, bool_or(cyclic) as cyclic
    from (
        select x as pair_id, cyclic from triples
        union all
        select y, cyclic from triples
        union all
        select z, cyclic from triples
    ) as members
    group by pair_id
)
select
    drawn.pair_id, drawn.prompt_id, drawn.scenario, drawn.risk_level, drawn.task, drawn.stratum,
    texts.identical, texts.misaligned,
    looped.cyclic as cycles,
    not drawn.decided as ties,
    ruled.broken as rules,
    case
        when drawn.risk_level = 'high'
            then drawn.task = 'unknown' or drawn.own_scenario = 'general' or drawn.anonymous or not drawn.has_rationale
    end as metadata
from drawn
join texts on texts.pair_id = drawn.pair_id
left join ruled on ruled.pair_id = drawn.pair_id
left join looped on looped.pair_id = drawn.pair_id
