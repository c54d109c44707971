-- An upper bound of the probability that n draws from things of which that share is expected give this share, or one further off on its
-- side (Hoeffding 1963, theorem 1): it holds without replacement too, for few draws, and for draws from several such
-- things, of which the mean is expected. 1 when the two are alike, null when n is 0.
create or replace macro chance_of(share, n, expected) as
  case
    when n > 0
      then exp(-n * (
        case when share > 0 then share * ln(share / nullif(expected, 0)) else 0e0 end
        + case when share < 1 then (1 - share) * ln((1 - share) / nullif(1 - expected, 0)) else 0e0 end
      ))
  end;
