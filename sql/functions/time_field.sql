-- A timestamp as one field of an encoding that is hashed (see text_field), to the microsecond.
-- The format is given in full because engines differ in which trailing zeros they print. Where there are none to print, all spell a
-- time alike, and a cast does it in half the time.
create or replace macro time_field(x) as
  case
    when x = date_trunc('second', x) and x between timestamp '1000-01-01 00:00:00' and timestamp '9999-12-31 23:59:59'
      then concat('26:', x::varchar, '.000000')
    else text_field(strftime(x, '%Y-%m-%d %H:%M:%S.%f'))
  end;
