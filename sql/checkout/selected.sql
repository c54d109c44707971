-- Grain: a record that was read.
-- Who is handed out, to which split and how often. A response that was judged several times counts once, for the side that
-- weighs more; a prompt's pairs count as asked; a conversation is in one split only: a later turn of it quotes what an earlier
-- one was trained on. Where the trainer cannot weigh, rows are drawn by systematic sampling (Madow 1949): a row of twice the weight
-- comes twice as often, to within one, and golden at least once.
with said as (
    select
        kind, record_id, side, label,
        sum(case when label then 1 else -1 end * cast(round(weight * 1e9) as bigint)) over (partition by response_id) as lean,
        row_number() over (partition by response_id, label order by weight desc, kind, record_id, side) as place
    from checkout.fated
    where fate = 'kept' and label is not null
),
rivals as (
    select
        kind, record_id, side,
        row_number() over (partition by prompt_id order by weight * margin desc, record_id) as place,
        count(*) over (partition by prompt_id) as pairs
    from checkout.fated
    where fate = 'kept' and label is null and kind = 'pairs' and $per_prompt <> 'all'
),
settled as (
    select
        fated.* exclude (fate, weight),
        case
            when fated.fate <> 'kept' then fated.fate
            when said.lean = 0 then 'as good as bad'
            when (said.lean > 0) <> said.label then 'outweighed'
            when said.place > 1 then 'said before'
            when $per_prompt = 'one' and rivals.place > 1 then 'another pair of its prompt'
            else 'kept'
        end as fate,
        case when $per_prompt = 'divide' and rivals.pairs > 1 then round(fated.weight / rivals.pairs, 9) else fated.weight end as weight,
        case
            when $validation > 0 and hash_bits_low(short_hash(concat_ws('/', cast($seed as varchar), 'split', coalesce(fated.opening, fated.prompt_id)))) % 1000000
                < $validation * 1000000
                then 'validation'
            else 'train'
        end as split
    from checkout.fated as fated
    left join said on said.kind = fated.kind and said.record_id = fated.record_id and said.side = fated.side
    left join rivals on rivals.kind = fated.kind and rivals.record_id = fated.record_id and rivals.side = fated.side
),
-- The row's stretch of the line from 0 to the sum of all weights, in whole units of 1e-9: no sum depends on its order.
stretches as (
    select
        kind, record_id, side,
        cast(round(weight * 1e9) as bigint) as stretch,
        sum(cast(round(weight * 1e9) as bigint)) over (
            order by short_hash(concat_ws('/', cast($seed as varchar), 'draw', kind, record_id, side)), kind, record_id, side
            rows between unbounded preceding and current row
        ) as upto,
        sum(cast(round(weight * 1e9) as bigint)) over () as whole,
        count(*) over () as rows_kept
    from settled
    where fate = 'kept' and split = 'train' and $resample
),
drawn as (
    select
        kind, record_id, side,
        cast(
            floor(cast(upto as double) / whole * rows_kept + $start)
            - floor(cast(upto - stretch as double) / whole * rows_kept + $start) as bigint
        ) as copies
    from stretches
    where whole > 0
)
select
    settled.part, settled.kind, settled.record_id, settled.side, settled.prompt_id, settled.opening, settled.response_id, settled.layer,
    settled.fate, settled.swapped, settled.tie, settled.label, settled.p, settled.margin, settled.weight, settled.positive,
    settled.labels,
    case when settled.fate = 'kept' then settled.split end as split,
    cast(
        case
            when settled.fate <> 'kept' then 0
            when drawn.copies is null then 1
            when settled.layer = 'golden' then greatest(drawn.copies, 1)
            else drawn.copies
        end as bigint
    ) as copies
from settled
left join drawn on drawn.kind = settled.kind and drawn.record_id = settled.record_id and drawn.side = settled.side
