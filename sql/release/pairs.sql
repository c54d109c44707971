-- Grain: a pair as it stands in a release file.
-- Here, and only here, the texts join the estimates: chosen is the side more probably better, and a tie says so.
-- Without $texts what is shown as it came stays away: its id says all of it. What is masked stands there, for no id tells how.
with settled as (
    select pair_id, list_sort(list(dimension)) as dimensions
    from noise.settlements
    where settled
    group by pair_id
),
sided as (
    select
        placed.record_id as pair_id, placed.layer, placed.rule, placed.reason, placed.trust, placed.stratum,
        records.decided, records.strata, records.flips, records.disagreement,
        pairs.prompt_id, estimated.votes, estimated.dimensions,
        estimated.p_a >= estimated.p_b as a_leads,
        estimated.p_tie,
        greatest(estimated.p_a, estimated.p_b) as p,
        least(estimated.p_a, estimated.p_b) as p_rejected,
        case when estimated.p_a >= estimated.p_b then pairs.a else pairs.b end as chosen_id,
        case when estimated.p_a >= estimated.p_b then pairs.b else pairs.a end as rejected_id,
        case when estimated.p_a >= estimated.p_b then pairs.seq_a else pairs.seq_b end as chosen_seq,
        case when estimated.p_a >= estimated.p_b then pairs.seq_b else pairs.seq_a end as rejected_seq,
        case when estimated.p_a >= estimated.p_b then pairs.generators_a else pairs.generators_b end as chosen_by,
        case when estimated.p_a >= estimated.p_b then pairs.generators_b else pairs.generators_a end as rejected_by
    from release.placed as placed
    join weighting.records as records on records.record_id = placed.record_id
    join evidence.pairs as pairs on pairs.pair_id = placed.record_id
    join release.estimates as estimated on estimated.pair_id = placed.record_id
    where records.kind = 'pairs'
),
-- Of all texts only those that are written now: what a join looks things up in is held in memory whole.
texts as (
    select seq, case when $texts then content end as content
    from ledger.responses
    where seq in (select chosen_seq from sided union all select rejected_seq from sided)
),
prompted as (
    select prompt_id, seq, task, scenario, risk_level, language
    from evidence.prompts
    where prompt_id in (select prompt_id from sided)
),
asked as (
    select seq, case when $texts then messages end as messages
    from ledger.prompts
    where seq in (select seq from prompted)
),
come_from as (
    select pair_id, policies, reason_tags, provenance
    from release.origins
    where pair_id in (select pair_id from sided)
)
select
    sided.pair_id, sided.prompt_id,
    coalesce(shown.messages, asked.messages) as prompt,
    prompts.task, prompts.scenario, prompts.risk_level, prompts.language,
    coalesce(shown_better.content, better.content) as chosen, coalesce(shown_worse.content, worse.content) as rejected,
    sided.chosen_id, sided.rejected_id,
    case when sided.decided then 'decided' else 'tie' end as outcome,
    sided.p, sided.p_tie, sided.p - sided.p_rejected as margin,
    list_transform(sided.dimensions, lambda d: {
        'dimension': d.dimension,
        'p': case when sided.a_leads then d.p_a else d.p_b end,
        'p_tie': d.p_tie,
        'votes': d.votes
    }) as dimensions,
    sided.strata, sided.votes, sided.flips, sided.disagreement,
    coalesce(settled.dimensions, cast([] as varchar[])) as settled,
    {'chosen': sided.chosen_by, 'rejected': sided.rejected_by} as generators,
    origins.policies,
    origins.reason_tags,
    origins.provenance,
    sided.layer, sided.rule, sided.reason, sided.trust, sided.stratum, weights.cell
from sided
join come_from as origins on origins.pair_id = sided.pair_id
left join settled on settled.pair_id = sided.pair_id
left join weighting.weights as weights on weights.kind = 'pairs' and weights.record_id = sided.pair_id
join prompted as prompts on prompts.prompt_id = sided.prompt_id
left join privacy.prompts as shown on shown.prompt_id = sided.prompt_id
left join privacy.masked as shown_better on shown_better.text = 'response' and shown_better.id = sided.chosen_id
left join privacy.masked as shown_worse on shown_worse.text = 'response' and shown_worse.id = sided.rejected_id
join asked on asked.seq = prompts.seq
join texts as better on better.seq = sided.chosen_seq
join texts as worse on worse.seq = sided.rejected_seq
