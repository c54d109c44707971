-- The lower end of the 90 % interval of a share that was counted over n things (Wilson 1927); null when n is 0.
-- 2.7055… is the square of 1.6449, the 95th percentile of the normal distribution.
create or replace macro wilson_low(share, n) as
  case
    when n > 0
      then greatest(
        0e0,
        (share + 2.705543454e0 / (2 * n)
          - sqrt(2.705543454e0 * (share * (1 - share) + 2.705543454e0 / (4 * n)) / n)) / (1 + 2.705543454e0 / n)
      )
  end;
