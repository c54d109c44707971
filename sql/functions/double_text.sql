-- A double as the shortest decimal that reads back as the same double, such as 0.1, 100.0, 1e+16 or 1e-05.
-- It has a name because engines spell doubles in different ways.
create or replace macro double_text(x) as x::double::varchar;
