-- A message as two fields of an encoding that is hashed (see text_field): its role and its content.
-- The id of a prompt is made of these.
create or replace macro message_field(role, content) as text_field(role) || text_field(content);
