-- Bad row: a preference whose probabilities leave 0 to 1 or do not add up to 1.
-- Everything after this step reads them as probabilities.
select pair_id, dimension, p_a, p_tie, p_b
from noise.preferences
where p_a < 0 or p_tie < 0 or p_b < 0 or abs(p_a + p_tie + p_b - 1) > 0.000001 or disagreement < 0 or disagreement > 1
