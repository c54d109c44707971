-- An upper bound of the probability that n draws, each a hit with the expected probability, have at most so many hits: the binomial tail,
-- its last term by the bounds of factorials of Robbins (1955), the rest as a geometric series. Where it is below 0.06, at most a quarter
-- above it. 1 from as many hits on as are expected, null when n is 0.
create or replace macro chance_of_so_few(hits, n, expected) as
  case
    when n > 0 and hits >= n * expected then 1e0
    when n > 0 and hits = 0 then exp(n * ln(1 - expected))
    when n > 0
      then least(
        1e0,
        exp(
          hits * ln(expected * n / hits) + (n - hits) * ln((1 - expected) * n / (n - hits))
          + 1e0 / (12 * n) - 1e0 / (12 * hits + 1) - 1e0 / (12 * (n - hits) + 1)
        )
        * sqrt(n / (6.283185307179586e0 * hits * (n - hits)))
        * ((n + 1 - hits) * expected / ((n + 1) * expected - hits))
      )
  end;
