-- Grain: one row, how much text rules look at.
-- Characters of all responses that are evidence, whether or not they are in a pair.
select cast(coalesce(sum(features.characters), 0) as bigint) as characters
from evidence.responses
