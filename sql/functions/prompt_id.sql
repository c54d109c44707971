-- The id of a prompt, from its messages in order: role and content of each.
-- The contents must be normalised already (normalise_text): they are stored that way, and doing it twice costs.
create or replace macro prompt_id(messages) as
  short_hash(
    array_to_string(
      list_transform(messages, lambda message: message_field(message.role, message.content)), ''
    )
  );
