-- A conversation with a system message before it, unless the text is empty.
-- Chat templates differ in what they make of an empty system message; none makes anything of none.
create or replace macro with_system(text, turns) as
  case when text = '' then turns else list_concat([{'role': 'system', 'content': text}], turns) end;
