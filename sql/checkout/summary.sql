-- Grain: everything handed out, in one row.
-- Sums in whole units of 1e-9 do not depend on their order. Kish's effective size is (sum of w)^2 / sum of w^2.
select
    cast(count(*) filter (where copies > 0) as bigint) as records,
    cast(coalesce(sum(copies), 0) as bigint) as rows_out,
    cast(coalesce(sum(copies) filter (where split = 'validation'), 0) as bigint) as validation,
    cast(count(*) filter (where fate = 'kept' and copies = 0) as bigint) as not_drawn,
    cast(coalesce(sum(copies - 1) filter (where copies > 1), 0) as bigint) as repeated,
    cast(coalesce(sum(copies) filter (where tie), 0) as bigint) as ties_out,
    cast(count(*) filter (where tie) as bigint) as ties_in,
    cast(coalesce(sum(copies) filter (where swapped), 0) as bigint) as swapped,
    cast(coalesce(sum(copies * positive), 0) as bigint) as positive,
    cast(coalesce(sum(copies * labels), 0) as bigint) as labels,
    cast(count(*) filter (where fate = 'kept') as bigint) as weighed,
    coalesce(sum(cast(round(weight * 1e9) as bigint)) filter (where fate = 'kept'), 0) / 1e9 as weight,
    coalesce(sum(cast(round(weight * weight * 1e9) as bigint)) filter (where fate = 'kept'), 0) / 1e9 as weight_squared,
    max(weight) filter (where fate = 'kept') as heaviest,
    count(distinct case when copies > 0 then prompt_id end) as prompts,
    cast(coalesce(max(copies), 0) as bigint) as most_copies
from checkout.selected
