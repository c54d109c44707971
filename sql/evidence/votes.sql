-- Grain: a vote on a canonical pair (a < b by id), so that both display orders meet.
-- Everything that compares two responses becomes such a vote: votes as given, two ratings by one rater, and what a user did with one
-- response rather than another, counting as much as such events were found to say. A ranking of k things counts as k - 1 votes, not
-- as k (k - 1) / 2.
with given as (
    select
        vote_id, pair_id(left_id, right_id) as pair_id, prompt_id, left_id, right_id, dimension,
        case choice when 'both_bad' then 'tie' else choice end as choice,
        strength,
        choice = 'both_bad' as both_bad,
        rater_id,
        supervisor || '/' || mode as stratum,
        -- What is judged together is not shown side by side: of a ranked list, left and right say nothing.
        judgement_id is null and order_known is distinct from false as order_known,
        round, decided_at,
        2e0 / greatest(coalesce(judgement_size, 2), 2) as share,
        'vote' as derived_from,
        has_reason(rationale, reason_tags) as has_rationale
    from ledger.votes
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = votes.rater_id
    anti join evidence.outdated as outdated on outdated.vote_id = votes.vote_id
    anti join evidence.erased as unasked on unasked.kind = 'prompt' and unasked.id = votes.prompt_id
    anti join evidence.erased as one on one.kind = 'response' and one.id = votes.left_id
    anti join evidence.erased as other on other.kind = 'response' and other.id = votes.right_id
),
-- Who rates a response again in a round is heard by the mean; where people settle, by the last.
said as (
    select
        *,
        rank() over (
            partition by prompt_id, response_id, dimension, rater_id, stratum, coalesce(round, '')
            order by decided_at desc nulls last
        ) as back
    from evidence.normalised_ratings
),
rated as (
    select
        prompt_id, response_id, dimension, rater_id, stratum, coalesce(round, '') as round_key, max(round) as round,
        min(rating_id) as rating_id,
        sum(cast(round(z * 1e9) as bigint)) / (count(*) * 1e9) as z,
        sum(cast(round(unit_value * 1e9) as bigint)) / (count(*) * 1e9) as unit_value,
        sum(case when back = 1 then cast(round(unit_value * 1e9) as bigint) end) / (count(case when back = 1 then 1 end) * 1e9) as last_value,
        max(decided_at) as decided_at,
        bool_or(has_rationale) as has_rationale
    from said
    group by prompt_id, response_id, dimension, rater_id, stratum, coalesce(round, '')
),
-- Pairs grow with the square: of more than 32 responses to one prompt by one rater, 32 are compared, those with the first ids, which
-- are as good as drawn by lot.
placed as (
    select
        *,
        least(32, count(*) over (partition by prompt_id, dimension, rater_id, stratum, round_key)) as k,
        row_number() over (partition by prompt_id, dimension, rater_id, stratum, round_key order by response_id) as place
    from rated
),
grouped as (
    select *
    from placed
    where place <= 32
),
from_ratings as (
    select
        short_hash(one.rating_id || '/' || other.rating_id) as vote_id,
        pair_id(one.response_id, other.response_id) as pair_id,
        one.prompt_id, one.response_id as left_id, other.response_id as right_id, one.dimension,
        -- What settles a pair follows from nothing else that its rater said: it is what was given, and a tie where that is equal.
        case
            when settling.round is not null and one.last_value > other.last_value then 'left'
            when settling.round is not null and one.last_value < other.last_value then 'right'
            when settling.round is not null then 'tie'
            -- From one month to another what is given may rise because answers get better: both figures must say the same.
            when one.z - other.z >= governing.rating_margin and one.unit_value > other.unit_value then 'left'
            when other.z - one.z >= governing.rating_margin and other.unit_value > one.unit_value then 'right'
            else 'tie'
        end as choice,
        cast(null as double) as strength,
        false as both_bad,
        one.rater_id, one.stratum,
        false as order_known,
        one.round,
        case when settling.round is not null then greatest(one.decided_at, other.decided_at) end as decided_at,
        2e0 / one.k as share,
        'rating' as derived_from,
        one.has_rationale or other.has_rationale as has_rationale
    from grouped as one
    join grouped as other
        on other.prompt_id = one.prompt_id and other.dimension = one.dimension and other.rater_id = one.rater_id
        and other.stratum = one.stratum and other.round_key = one.round_key and one.response_id < other.response_id
    join evidence.prompts as prompts on prompts.prompt_id = one.prompt_id
    join policy.scenarios as governing on governing.scenario = prompts.policy_scenario
    left join policy.settling as settling
        on settling.scenario = prompts.policy_scenario and settling.round = one.round and settling.stratum = one.stratum
),
-- What a choice says by its place is for the rater model, which knows what was shown first; what its kind says counts here, against
-- the kind that says most. Who is suspended is not heard.
says as (
    select
        kind, segment,
        sum(cast(round(1e6 * says * events) as bigint)) / (1e6 * sum(events)) as says
    from evidence.signals
    where form = 'pair'
    group by kind, segment
),
strongest as (
    select coalesce(max(case when known and says > 0 then says end), 1e0) as says
    from evidence.signals
    where form = 'pair'
),
from_events as (
    select
        votes.vote_id, votes.pair_id, votes.prompt_id, votes.winner_id, votes.loser_id, votes.winner_first,
        votes.rater_id, votes.stratum, votes.happened_at,
        round(votes.share * (1 - votes.doubt) * least(1e0, coalesce(says.says / strongest.says, 0e0)), 6) as share
    from evidence.event_votes as votes
    cross join strongest
    left join says on says.kind = votes.kind and says.segment = votes.segment
    anti join (select subject from evidence.suspended where scope = 'event') as lost on lost.subject = votes.event_id
    anti join (select subject from evidence.suspended where scope = 'event') as other on other.subject = votes.other_event_id
    anti join (select subject from evidence.suspended where scope = 'rater') as silent on silent.subject = votes.rater_id
),
every as (
    select * from given
    union all
    select * from from_ratings
    union all
    select
        vote_id, pair_id, prompt_id,
        case when winner_first then winner_id when not winner_first then loser_id else winner_id end,
        case when winner_first then loser_id when not winner_first then winner_id else loser_id end,
        'overall',
        case when not winner_first then 'right' else 'left' end,
        cast(null as double), false, rater_id, stratum, winner_first is not null, cast(null as varchar), happened_at, share, 'event', false
    from from_events
    where share > 0
),
-- Who settles a pair twice has settled it as last decided: the earlier vote stays a vote, and settles nothing. Few votes name a
-- round, so these are looked at alone.
settling as (
    select
        every.vote_id, every.pair_id, every.dimension, every.rater_id, every.decided_at,
        max(every.decided_at) over (partition by every.pair_id, every.dimension, every.rater_id) as last_at
    from every
    join evidence.prompts as prompts on prompts.prompt_id = every.prompt_id
    join policy.settling as settling
        on settling.scenario = prompts.policy_scenario and settling.round = every.round
        and settling.stratum = every.stratum
    where every.round is not null
),
settled as (
    select distinct vote_id, pair_id, dimension, rater_id
    from settling
    where coalesce(decided_at = last_at, last_at is null)
),
-- Whoever settles a pair would be a witness of what they said of it before.
settlers as (
    select distinct pair_id, dimension, rater_id
    from settled
)
select
    every.vote_id, every.pair_id, every.prompt_id,
    case when left_id < right_id then left_id else right_id end as a,
    case when left_id < right_id then right_id else left_id end as b,
    every.dimension,
    case choice
        when 'left' then case when left_id < right_id then 'a' else 'b' end
        when 'right' then case when left_id < right_id then 'b' else 'a' end
        when 'tie' then 'tie'
    end as choice,
    strength, both_bad, every.rater_id, every.stratum,
    case when order_known then left_id < right_id end as a_shown_first,
    every.round,
    every.decided_at,
    settled.vote_id is not null as settles,
    settled.vote_id is null and settlers.rater_id is not null as superseded,
    share, derived_from, has_rationale
from every
left join settled on settled.vote_id = every.vote_id
left join settlers
    on settlers.pair_id = every.pair_id and settlers.dimension = every.dimension and settlers.rater_id = every.rater_id
