-- The logistic function: log-odds to a probability.
-- Both ends are reached, 0 and 1, where a double cannot tell; nothing overflows.
create or replace macro sigmoid(x) as 1 / (1 + exp(-x));
