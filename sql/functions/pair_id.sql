-- The id of a pair, from its two response ids: the same in either order, so both display orders are one pair.
-- Ids have no colon, so the colon divides in one way. Null when either is null.
create or replace macro pair_id(a, b) as
  short_hash(case when a < b then a || ':' || b else b || ':' || a end);
