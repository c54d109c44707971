-- A conversation as one text that a completion can follow: each turn after its speaker, then the word of the one who answers.
-- Trainers that read plain texts set prompt and completion side by side, so the completion brings the blank between them.
-- The system prompt has no speaker; a system message further on needs one, or the turn before it would seem to go on.
create or replace macro spoken(text, turns) as
  array_to_string(
    list_concat(
      list_filter([text], lambda t: t <> ''),
      list_transform(
        turns,
        lambda m: case m.role when 'system' then 'System: ' when 'user' then 'User: ' when 'assistant' then 'Assistant: ' else m.role || ': ' end
          || m.content
      )
    ),
    chr(10) || chr(10)
  ) || chr(10) || chr(10) || 'Assistant:';
