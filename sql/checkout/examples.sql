-- Grain: a row that is written.
-- Rows drawn several times are rows of their own; the place mixes them by the seed, or keeps them in the order of their ids.
select
    case
        when $shuffle
            then short_hash(concat_ws('/', cast($seed as varchar), 'place', kind, record_id, side, cast(number as varchar)))
        else concat_ws('/', kind, record_id, side, lpad(cast(number as varchar), 9, '0'))
    end as place,
    split, part, kind, record_id, side, swapped, label, p, margin, weight
from checkout.selected
join checkout.copies on number <= copies
where copies > 0
