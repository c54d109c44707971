-- What a conversation is known by: the words of the first turn of its user, without case and punctuation; null when there are none.
-- The later turns of one conversation, and the same question spelled otherwise, have one opening.
create or replace macro opening_of(messages) as
  nullif(
    plain_words(array_to_string(
      list_transform(array_slice(list_filter(messages, lambda m: m.role = 'user'), 1, 1), lambda m: m.content), ''
    )), ''
  );
