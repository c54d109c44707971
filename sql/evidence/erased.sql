-- Grain: a prompt, a response or a trace that only people who withdrew consent brought.
-- Such a text leaves with them: nobody is asked about it again, and what judges, rules and models made of it is evidence no more.
-- It stays where another user did something with it, or an annotator judged it, whether that one withdrew or not: what annotators
-- were shown was never theirs. Only statements are asked, never the order in which texts came.
with users as (
    select distinct rater_id from evidence.withdrawn
),
done as (
    select events.prompt_id, events.response_id, events.became_id, events.alternatives
    from ledger.events as events
    semi join users on users.rater_id = events.rater_id
),
compared as (
    select votes.prompt_id, votes.left_id, votes.right_id
    from ledger.votes as votes
    semi join users on users.rater_id = votes.rater_id
    where votes.supervisor = 'user'
),
scored as (
    select ratings.prompt_id, ratings.response_id
    from ledger.ratings as ratings
    semi join users on users.rater_id = ratings.rater_id
    where ratings.supervisor = 'user'
),
stepped as (
    select steps.prompt_id, steps.trace_id
    from ledger.steps as steps
    semi join users on users.rater_id = steps.rater_id
    where steps.supervisor = 'user'
),
brought as (
    select 'prompt' as kind, prompt_id as id from done
    union
    select 'prompt', prompt_id from compared
    union
    select 'prompt', prompt_id from scored
    union
    select 'prompt', prompt_id from stepped
    union
    select 'response', response_id from done
    union
    select 'response', became_id from done
    union
    select 'response', unnest(alternatives) from done
    union
    select 'response', left_id from compared
    union
    select 'response', right_id from compared
    union
    select 'response', response_id from scored
    union
    select 'trace', trace_id from stepped
),
others_did as (
    select events.prompt_id, events.response_id, events.became_id, events.alternatives
    from ledger.events as events
    anti join users on users.rater_id = events.rater_id
    where events.mode = 'offline'
        or (events.mode = 'online' and (events.user_id is not null or events.supervisor in ('expert', 'crowd', 'user')))
),
others_compared as (
    select votes.prompt_id, votes.left_id, votes.right_id
    from ledger.votes as votes
    left join users on users.rater_id = votes.rater_id
    where votes.supervisor in ('expert', 'crowd') or (votes.supervisor = 'user' and users.rater_id is null)
),
others_scored as (
    select ratings.prompt_id, ratings.response_id
    from ledger.ratings as ratings
    left join users on users.rater_id = ratings.rater_id
    where ratings.supervisor in ('expert', 'crowd') or (ratings.supervisor = 'user' and users.rater_id is null)
),
others_stepped as (
    select steps.prompt_id, steps.trace_id
    from ledger.steps as steps
    left join users on users.rater_id = steps.rater_id
    where steps.supervisor in ('expert', 'crowd') or (steps.supervisor = 'user' and users.rater_id is null)
),
named as (
    select 'prompt' as kind, prompt_id as id from others_did
    union all
    select 'prompt', prompt_id from others_compared
    union all
    select 'prompt', prompt_id from others_scored
    union all
    select 'prompt', prompt_id from others_stepped
    union all
    select 'response', response_id from others_did
    union all
    select 'response', became_id from others_did
    union all
    select 'response', unnest(alternatives) from others_did
    union all
    select 'response', left_id from others_compared
    union all
    select 'response', right_id from others_compared
    union all
    select 'response', response_id from others_scored
    union all
    select 'trace', trace_id from others_stepped
),
standing as (
    select distinct named.kind, named.id
    from named
    semi join brought on brought.kind = named.kind and brought.id = named.id
)
select brought.kind, brought.id
from brought
anti join standing on standing.kind = brought.kind and standing.id = brought.id
where brought.id is not null
