-- The system prompt of a conversation: the system messages it begins with, a blank line between them; empty when it has none.
-- Some trainers read it from a place of its own.
create or replace macro system_of(messages) as
  array_to_string(
    list_transform(array_slice(messages, 1, first_turn(messages) - 1), lambda m: m.content), chr(10) || chr(10)
  );
