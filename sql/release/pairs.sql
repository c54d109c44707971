-- Grain: a pair as it stands in a release file.
-- Here, and only here, the texts join the estimates: chosen is the side more probably better, and a tie says so.
with said as (
    select
        pair_id,
        list_sort(list(vote_id)) as vote_ids,
        list_sort(list(distinct policy) filter (where policy is not null)) as policies
    from (
        select pair_id(left_id, right_id) as pair_id, vote_id, policy from ledger.votes
        union all
        select pair_id, vote_id, cast(null as varchar) from evidence.votes where derived_from <> 'vote'
    ) as sayings
    group by pair_id
),
tags as (
    select pair_id, list_sort(list(distinct tag)) as reason_tags
    from (select pair_id(left_id, right_id) as pair_id, unnest(reason_tags) as tag from ledger.votes) as ticked
    group by pair_id
),
leading as (
    select
        records.record_id as pair_id, records.decided, pairs.prompt_id, pairs.a, pairs.b,
        preferences.p_a, preferences.p_tie, preferences.p_b,
        preferences.p_a >= preferences.p_b as a_leads,
        records.strata, records.flips, records.disagreement
    from weighting.records as records
    join evidence.pairs as pairs on pairs.pair_id = records.record_id
    join noise.preferences as preferences
        on preferences.pair_id = records.record_id and preferences.dimension = records.dimension
    where records.kind = 'pairs'
),
dimensions as (
    select
        preferences.pair_id,
        cast(sum(preferences.votes) as bigint) as votes,
        list_sort(list({
            'dimension': preferences.dimension,
            'p': case when leading.a_leads then preferences.p_a else preferences.p_b end,
            'p_tie': preferences.p_tie,
            'votes': preferences.votes
        })) as dimensions
    from noise.preferences as preferences
    join leading on leading.pair_id = preferences.pair_id
    group by preferences.pair_id
),
sided as (
    select
        *,
        case when a_leads then a else b end as chosen_id,
        case when a_leads then b else a end as rejected_id,
        case when a_leads then p_a else p_b end as p,
        case when a_leads then p_b else p_a end as p_rejected
    from leading
)
select
    sided.pair_id, sided.prompt_id,
    asked.messages as prompt,
    prompts.task, prompts.scenario, prompts.risk_level, prompts.language,
    better.content as chosen, worse.content as rejected,
    sided.chosen_id, sided.rejected_id,
    case when sided.decided then 'decided' else 'tie' end as outcome,
    sided.p, sided.p_tie, sided.p - sided.p_rejected as margin,
    dimensions.dimensions, sided.strata, dimensions.votes, sided.flips, sided.disagreement,
    {'chosen': chosen.generators, 'rejected': rejected.generators} as generators,
    said.policies,
    tags.reason_tags,
    said.vote_ids as provenance,
    placed.layer, placed.rule, placed.reason, placed.trust, placed.stratum
from sided
join layers.records as placed on placed.kind = 'pairs' and placed.record_id = sided.pair_id
join dimensions on dimensions.pair_id = sided.pair_id
join said on said.pair_id = sided.pair_id
left join tags on tags.pair_id = sided.pair_id
join evidence.prompts as prompts on prompts.prompt_id = sided.prompt_id
join ledger.prompts as asked on asked.seq = prompts.seq
join evidence.responses as chosen on chosen.response_id = sided.chosen_id
join ledger.responses as better on better.seq = chosen.seq
join evidence.responses as rejected on rejected.response_id = sided.rejected_id
join ledger.responses as worse on worse.seq = rejected.seq
