-- Bad row: a rating outside the scale it declares, or on a scale without length or without end.
-- Normalisation would turn it into an extreme opinion, or into none.
select rating_id, source, batch_id, line, value, scale_min, scale_max
from ledger.ratings
where
    not coalesce(
        value between least(scale_min, scale_max) and greatest(scale_min, scale_max)
        and scale_min <> scale_max and abs(scale_max - scale_min) < 1e308,
        false
    )
