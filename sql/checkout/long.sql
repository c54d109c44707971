-- Grain: everything handed out that was measured, in one row.
-- What the trainer will do at its length, counted in rows it reads.
select
    cast(coalesce(sum(selected.copies), 0) as bigint) as measured,
    cast(coalesce(sum(selected.copies) filter (where lengths.dropped), 0) as bigint) as dropped,
    cast(coalesce(sum(selected.copies) filter (where lengths.cut and not lengths.dropped), 0) as bigint) as cut,
    cast(coalesce(sum(selected.copies) filter (where lengths.same and not lengths.dropped), 0) as bigint) as same,
    max(lengths.tokens) as longest
from checkout.selected as selected
join checkout.lengths as lengths
    on lengths.kind = selected.kind and lengths.record_id = selected.record_id and lengths.side = selected.side
where selected.copies > 0
