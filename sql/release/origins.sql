-- Grain: a pair with evidence, and where that came from.
-- Leads back to the ledger from every kind of evidence: votes, the two ratings of one rater, what a user did. Apart from the
-- texts, because whatever is joined to those carries them along.
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
said as (
    select votes.pair_id, votes.vote_id as id, given.policy, given.reason_tags
    from evidence.votes as votes
    join ledger.votes as given on given.vote_id = votes.vote_id
    where votes.derived_from = 'vote'
    union all
    select pair_id, id, policy, reason_tags from indirect
),
-- Many short lists of text cost more than as many texts that are cut again; an id has no comma.
provenance as (
    select
        pair_id,
        list_sort(string_split(string_agg(id, ','), ',')) as ids,
        min(policy) as first_policy,
        max(policy) as last_policy
    from said
    group by pair_id
),
-- Nearly all pairs were judged under one policy, and it is known by now.
cited as (
    select said.pair_id, list_sort(list(distinct said.policy)) as policies
    from said
    semi join (select pair_id from provenance where first_policy < last_policy) as several
        on several.pair_id = said.pair_id
    where said.policy is not null
    group by said.pair_id
),
tags as (
    select pair_id, list_sort(list(distinct coalesce(shown.content, tag))) as reason_tags
    from (
        select pair_id, unnest(reason_tags) as tag
        from said
        where array_length(reason_tags) > 0
    ) as ticked
    left join privacy.masked as shown on shown.text = 'tag' and shown.id = ticked.tag
    where has_words(ticked.tag)
    group by pair_id
)
select
    provenance.pair_id,
    case
        when provenance.first_policy = provenance.last_policy then [provenance.first_policy]
        else coalesce(cited.policies, cast([] as varchar[]))
    end as policies,
    coalesce(tags.reason_tags, cast([] as varchar[])) as reason_tags,
    provenance.ids as provenance
from provenance
left join cited on cited.pair_id = provenance.pair_id
left join tags on tags.pair_id = provenance.pair_id
