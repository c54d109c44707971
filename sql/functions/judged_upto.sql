-- The index of the last step of a trace that has a reward; -1 where none has.
-- What comes behind it was not judged: those who look for the first mistake stop there.
create or replace macro judged_upto(steps) as
  coalesce(list_max(list_transform(list_filter(steps, lambda s: s.reward is not null), lambda s: s."index")), -1);
