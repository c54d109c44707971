-- How many things of equal weight would tell as much as things whose weights have this sum and this sum of squares
-- (Kish, Survey Sampling, 1965); 0 when nothing weighs anything.
create or replace macro effective_number(total, squares) as
  coalesce(cast(total as double) * cast(total as double) / nullif(cast(squares as double), 0e0), 0e0);
