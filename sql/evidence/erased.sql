-- Grain: a prompt or a response that only people who withdrew consent brought.
-- Such a text leaves with them: nobody is asked about it again, and what judges, rules and models made of it is evidence no more.
-- It stays where somebody else did something with it, judged it, or delivered it in a record of their own. Of what raters who are no
-- users were shown, nothing is theirs: their judgements go, and the texts stay.
with done as (
    select events.*
    from ledger.events as events
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = events.rater_id
),
compared as (
    select votes.prompt_id, votes.left_id, votes.right_id, votes.batch_id, votes.line
    from ledger.votes as votes
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = votes.rater_id
    where votes.supervisor = 'user'
),
scored as (
    select ratings.prompt_id, ratings.response_id, ratings.batch_id, ratings.line
    from ledger.ratings as ratings
    semi join evidence.withdrawn as withdrawn on withdrawn.rater_id = ratings.rater_id
    where ratings.supervisor = 'user'
),
records as (
    select batch_id, line from done
    union
    select batch_id, line from compared
    union
    select batch_id, line from scored
),
prompts as (
    select prompt_id as id from done where prompt_id is not null
    union
    select prompt_id from compared
    union
    select prompt_id from scored
),
responses as (
    select response_id as id from done where response_id is not null
    union
    select became_id from done where became_id is not null
    union
    select unnest(alternatives) from done
    union
    select left_id from compared
    union
    select right_id from compared
    union
    select response_id from scored
),
-- What counts as somebody else: a user or a rater who is a person, or a delivery of a source that is neither a model's nor a judge's.
others_did as (
    select events.prompt_id, events.response_id, events.became_id, events.alternatives
    from ledger.events as events
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = events.rater_id
    where events.mode <> 'synthetic' and (events.user_id is not null or events.supervisor in ('expert', 'crowd', 'user'))
),
others_compared as (
    select votes.prompt_id, votes.left_id, votes.right_id
    from ledger.votes as votes
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = votes.rater_id
    where votes.supervisor in ('expert', 'crowd', 'user')
),
others_scored as (
    select ratings.prompt_id, ratings.response_id
    from ledger.ratings as ratings
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = ratings.rater_id
    where ratings.supervisor in ('expert', 'crowd', 'user')
),
others_stepped as (
    select steps.prompt_id
    from ledger.steps as steps
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = steps.rater_id
    where steps.supervisor in ('expert', 'crowd', 'user')
),
delivered as (
    select batch_id
    from ledger.batches
    where mode <> 'synthetic' and supervisor not in ('judge', 'rule')
),
standing_prompts as (
    select others_did.prompt_id as id from others_did semi join prompts on prompts.id = others_did.prompt_id
    union
    select others_compared.prompt_id from others_compared semi join prompts on prompts.id = others_compared.prompt_id
    union
    select others_scored.prompt_id from others_scored semi join prompts on prompts.id = others_scored.prompt_id
    union
    select others_stepped.prompt_id from others_stepped semi join prompts on prompts.id = others_stepped.prompt_id
    union
    select said.prompt_id
    from ledger.prompts as said
    semi join prompts on prompts.id = said.prompt_id
    semi join delivered on delivered.batch_id = said.batch_id
    anti join records on records.batch_id = said.batch_id and records.line = said.line
),
others_named as (
    select response_id as id from others_did
    union all
    select became_id from others_did
    union all
    select unnest(alternatives) from others_did
    union all
    select left_id from others_compared
    union all
    select right_id from others_compared
    union all
    select response_id from others_scored
),
standing_responses as (
    select distinct others_named.id from others_named semi join responses on responses.id = others_named.id
    union
    select said.response_id
    from ledger.responses as said
    semi join responses on responses.id = said.response_id
    semi join delivered on delivered.batch_id = said.batch_id
    anti join records on records.batch_id = said.batch_id and records.line = said.line
)
select 'prompt' as kind, prompts.id
from prompts
anti join standing_prompts on standing_prompts.id = prompts.id
union all
select 'response', responses.id
from responses
anti join standing_responses on standing_responses.id = responses.id
