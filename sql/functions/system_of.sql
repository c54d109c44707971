-- The system prompt of a conversation: its system messages, a blank line between them; empty when it has none.
-- Some trainers read it from a place of its own.
create or replace macro system_of(messages) as
  array_to_string(
    list_transform(list_filter(messages, lambda m: m.role = 'system'), lambda m: m.content), chr(10) || chr(10)
  );
