-- A conversation after its system prompt: system messages further on stay where they stand.
-- Told at the front, "from now on, in French" would contradict the answers before it.
create or replace macro after_system(messages) as
  array_slice(messages, first_turn(messages), array_length(messages));
