-- A timestamp as one field of an encoding that is hashed (see text_field), to the microsecond.
-- The format is given in full because engines differ in which trailing zeros they print.
create or replace macro time_field(x) as text_field(strftime(x, '%Y-%m-%d %H:%M:%S.%f'));
