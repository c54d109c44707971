-- A number from 0 on as text with one decimal, such as 67.5 or 0.0.
-- It has a name because engines spell doubles in different ways.
create or replace macro decimal_text(x) as
  concat(cast(round(10 * x) as bigint) // 10, '.', cast(round(10 * x) as bigint) % 10);
