-- Grain: a pair as it stands in a release file.
-- Here, and only here, the texts join the estimates: chosen is the side more probably better, and a tie says so. Provenance
-- leads back to the ledger from every kind of evidence: votes, the two ratings of one rater, what a user did.
with rated as (
    select pair_id, a as response_id, dimension, rater_id, stratum, coalesce(round, '') as round
    from evidence.votes
    where derived_from = 'rating'
    union all
    select pair_id, b, dimension, rater_id, stratum, coalesce(round, '')
    from evidence.votes
    where derived_from = 'rating'
),
behaved as (
    select distinct pair_id, unnest(event_ids) as event_id
    from (
        select
            votes.pair_id,
            case when behind.other_event_id is null then [behind.event_id] else [behind.event_id, behind.other_event_id] end
                as event_ids
        from evidence.votes as votes
        join evidence.event_votes as behind on behind.vote_id = votes.vote_id
        where votes.derived_from = 'event'
    ) as heard
),
indirect as (
    select rated.pair_id, ratings.rating_id as id, ratings.policy, ratings.reason_tags
    from rated
    join evidence.normalised_ratings as normalised
        on normalised.response_id = rated.response_id and normalised.dimension = rated.dimension
        and normalised.rater_id = rated.rater_id and normalised.stratum = rated.stratum
        and coalesce(normalised.round, '') = rated.round
    join ledger.ratings as ratings on ratings.rating_id = normalised.rating_id
    union all
    select behaved.pair_id, events.event_id, events.policy, events.reason_tags
    from behaved
    join ledger.events as events on events.event_id = behaved.event_id
),
provenance as (
    select pair_id, list_sort(list(id)) as ids
    from (
        select pair_id, vote_id as id from evidence.votes where derived_from = 'vote'
        union all
        select pair_id, id from indirect
    ) as said
    group by pair_id
),
-- The ids of its sides lead from a vote to its pair for less than hashing them does.
given as (
    select pairs.pair_id, votes.policy, votes.reason_tags
    from ledger.votes as votes
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = votes.rater_id
    join evidence.pairs as pairs
        on pairs.a = least(votes.left_id, votes.right_id) and pairs.b = greatest(votes.left_id, votes.right_id)
),
cited as (
    select pair_id, list_sort(list(distinct policy)) as policies
    from (
        select pair_id, policy from given where policy is not null
        union all
        select pair_id, policy from indirect where policy is not null
    ) as under_policy
    group by pair_id
),
tags as (
    select pair_id, list_sort(list(distinct tag)) as reason_tags
    from (
        select pair_id, unnest(reason_tags) as tag
        from given
        where array_length(reason_tags) > 0
        union all
        select pair_id, unnest(reason_tags)
        from indirect
        where array_length(reason_tags) > 0
    ) as ticked
    group by pair_id
),
settled as (
    select pair_id, list_sort(list(dimension)) as dimensions
    from noise.settlements
    where settled
    group by pair_id
),
-- The estimates of a pair, and among them the one of the dimension that decides it.
estimated as (
    select
        preferences.pair_id,
        cast(sum(preferences.votes) as bigint) as votes,
        list_sort(list({
            'dimension': preferences.dimension, 'p_a': preferences.p_a, 'p_tie': preferences.p_tie, 'p_b': preferences.p_b,
            'votes': preferences.votes
        })) as estimates,
        coalesce(max(aggregates.p_a), max(preferences.p_a) filter (where preferences.dimension = records.dimension)) as p_a,
        coalesce(max(aggregates.p_tie), max(preferences.p_tie) filter (where preferences.dimension = records.dimension)) as p_tie,
        coalesce(max(aggregates.p_b), max(preferences.p_b) filter (where preferences.dimension = records.dimension)) as p_b
    from noise.preferences as preferences
    join weighting.records as records on records.record_id = preferences.pair_id
    left join weighting.aggregates as aggregates on aggregates.pair_id = preferences.pair_id
    where records.kind = 'pairs'
    group by preferences.pair_id
    -- Without the deciding estimate no side leads: such a pair must be missed by whoever counts, not written.
    having bool_or(preferences.dimension = records.dimension)
),
sided as (
    select
        placed.record_id as pair_id, placed.layer, placed.rule, placed.reason, placed.trust, placed.stratum,
        records.decided, records.strata, records.flips, records.disagreement,
        pairs.prompt_id, estimated.votes, estimated.estimates,
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
    from layers.records as placed
    join weighting.records as records on records.record_id = placed.record_id
    join evidence.pairs as pairs on pairs.pair_id = placed.record_id
    join estimated on estimated.pair_id = placed.record_id
    where placed.kind = 'pairs' and records.kind = 'pairs'
)
select
    sided.pair_id, sided.prompt_id,
    asked.messages as prompt,
    prompts.task, prompts.scenario, prompts.risk_level, prompts.language,
    better.content as chosen, worse.content as rejected,
    sided.chosen_id, sided.rejected_id,
    case when sided.decided then 'decided' else 'tie' end as outcome,
    sided.p, sided.p_tie, sided.p - sided.p_rejected as margin,
    list_transform(sided.estimates, lambda d: {
        'dimension': d.dimension,
        'p': case when sided.a_leads then d.p_a else d.p_b end,
        'p_tie': d.p_tie,
        'votes': d.votes
    }) as dimensions,
    sided.strata, sided.votes, sided.flips, sided.disagreement,
    coalesce(settled.dimensions, cast([] as varchar[])) as settled,
    {'chosen': sided.chosen_by, 'rejected': sided.rejected_by} as generators,
    coalesce(cited.policies, cast([] as varchar[])) as policies,
    coalesce(tags.reason_tags, cast([] as varchar[])) as reason_tags,
    provenance.ids as provenance,
    sided.layer, sided.rule, sided.reason, sided.trust, sided.stratum, weights.cell
from sided
join provenance on provenance.pair_id = sided.pair_id
left join cited on cited.pair_id = sided.pair_id
left join tags on tags.pair_id = sided.pair_id
left join settled on settled.pair_id = sided.pair_id
left join weighting.weights as weights on weights.kind = 'pairs' and weights.record_id = sided.pair_id
join evidence.prompts as prompts on prompts.prompt_id = sided.prompt_id
join ledger.prompts as asked on asked.seq = prompts.seq
join ledger.responses as better on better.seq = sided.chosen_seq
join ledger.responses as worse on worse.seq = sided.rejected_seq
