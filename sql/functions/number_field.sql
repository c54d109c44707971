-- A double as one field of an encoding that is hashed (see text_field): the shortest decimal that reads back as the
-- same double; minus zero is zero.
create or replace macro number_field(x) as text_field(double_text(x + 0.0::double));
