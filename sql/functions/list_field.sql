-- A list of texts as one field of an encoding that is hashed (see text_field); an empty list is not null, and order
-- counts.
create or replace macro list_field(x) as
  text_field(array_to_string(list_transform(x, lambda item: text_field(item)), ''));
