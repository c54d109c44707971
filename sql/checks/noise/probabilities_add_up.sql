-- Bad row: a preference whose probabilities leave 0 to 1 or do not add up to 1.
-- Everything after this step reads them as probabilities.
select pair_id, dimension, p_a, p_tie, p_b, disagreement
from noise.preferences
where not coalesce(
    p_a >= 0 and p_tie >= 0 and p_b >= 0 and abs(p_a + p_tie + p_b - 1) <= 0.000001 and disagreement between 0 and 1,
    false)
