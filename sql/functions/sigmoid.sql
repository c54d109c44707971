-- The logistic function: log-odds to a probability.
create or replace macro sigmoid(x) as 1 / (1 + exp(-x));
