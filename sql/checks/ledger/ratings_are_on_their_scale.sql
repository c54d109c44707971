-- Bad row: a rating outside the scale it declares, or on a scale without length.
-- Normalisation would turn it into an extreme opinion.
select rating_id, source, batch_id, line, value, scale_min, scale_max
from ledger.ratings
where value is null or scale_min is null or scale_max is null or value < scale_min or value > scale_max or scale_min >= scale_max
