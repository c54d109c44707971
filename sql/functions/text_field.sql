-- A text as one field of an encoding that is hashed: its length in characters, a colon, the text; a hyphen for null.
-- Fields written one after the other can be read back in one way only, whatever the texts contain.
create or replace macro text_field(x) as case when x is null then '-' else concat(length(x), ':', x) end;
