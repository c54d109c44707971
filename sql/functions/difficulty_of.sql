-- How hard a pair is to tell, by the probability of its leading outcome; tied where no side leads by the policy's margin.
-- One place, so that what the composition of a version counts is what a policy weighs.
create or replace macro difficulty_of(decided, p) as
  case
    when not decided then 'tied'
    when p < 0.7e0 then 'close'
    when p < 0.9e0 then 'moderate'
    else 'clear'
  end;
