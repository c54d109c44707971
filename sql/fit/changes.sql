-- Grain: a rater on a dimension whose agreement changed at some time, as a new fit knows it.
-- A fit that is kept reads later votes by the changes it was made with: whoever was two raters then is the same two now.
select rater_id, dimension, stratum, changed_at
from noise.changes
