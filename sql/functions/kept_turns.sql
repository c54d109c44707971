-- A conversation without its system prompt, as a checkout hands it out: where system prompts are kept, later system messages stay.
-- Where they are dropped or replaced, all system messages go.
create or replace macro kept_turns(messages, system) as
  case when system = 'keep' then after_system(messages) else turns_of(messages) end;
