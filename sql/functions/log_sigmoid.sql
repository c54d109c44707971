-- The logarithm of the logistic function: log-odds to a log-probability.
-- Log-odds beyond ±40 are taken for ±40, so that nothing is impossible.
create or replace macro log_sigmoid(x) as -ln(1 + exp(-greatest(-40e0, least(40e0, x))));
