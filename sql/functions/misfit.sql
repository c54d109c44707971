-- Why a trainer that reads certain prompts (see Target.prompts) cannot read a conversation without its system prompt; null when it can.
-- The words are those of the loss report. Any conversation is read by most.
create or replace macro misfit(prompts, turns) as
  case
    when prompts = 'any' then null
    when prompts = 'single' and array_to_string(list_transform(turns, lambda m: m.role), ',') <> 'user' then 'the prompt has several turns'
    when array_length(list_filter(turns, lambda m: m.role = 'system')) > 0 then 'a system message after the first turn'
    when prompts = 'turns'
      and not regexp_matches(array_to_string(list_transform(turns, lambda m: m.role), ','), '^user(,assistant,user)*$')
      then 'the turns do not alternate'
  end;
