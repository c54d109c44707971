-- A conversation without its system messages.
-- What is left are the turns of the two who speak.
create or replace macro turns_of(messages) as
  list_filter(messages, lambda m: m.role <> 'system');
