-- The place, from 1, of the first message of a conversation that is no system message; behind the last when there is none.
-- What stands before it is the system prompt; a system message further on belongs where it stands.
create or replace macro first_turn(messages) as
  strpos(array_to_string(list_transform(messages, lambda m: case when m.role = 'system' then 's' else 't' end), '') || 't', 't');
