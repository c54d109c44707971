-- Grain: a response with a label: one with thumbs, or a side of a pair.
-- Trainers that read single responses take both: a pair says of one side that it is good and of the other that it is not.
with governing as (
    select distinct scenario from checkout.factors
),
thumbs as (
    select
        unpaired.response_id, unpaired.prompt_id, unpaired.layer, unpaired.label, unpaired.p,
        round(case when factors.squared then information_of(unpaired.trust) else unpaired.trust end * factors.factor, 9) as weight,
        misfit($prompts, kept_turns(unpaired.prompt, $system)) as misfit,
        length(array_to_string(list_transform(unpaired.prompt, lambda m: m.content), '')) + length(unpaired.response) as characters,
        ltrim(unpaired.response) = '' as blank,
        case when $validation > 0 then short_hash(opening_of(unpaired.prompt)) end as opening
    from release.unpaired as unpaired
    left join governing on governing.scenario = unpaired.scenario
    left join checkout.factors as factors
        on factors.cell = coalesce(unpaired.cell, coalesce(governing.scenario, '*') || '/' || unpaired.stratum)
),
sides as (
    select
        records.record_id, records.prompt_id, records.opening, records.layer, records.fate, records.swapped, records.tie, records.p,
        records.margin, records.weight, sides.side,
        case when sides.side = 'chosen' then pairs.chosen_id else pairs.rejected_id end as response_id,
        (sides.side = 'chosen') <> records.swapped as label
    from checkout.pair_records as records
    join release.pairs as pairs on pairs.pair_id = records.record_id
    cross join (select 'chosen' as side union all select 'rejected') as sides
    where $sides
)
select
    $part as part, 'unpaired' as kind, response_id as record_id, '' as side, prompt_id, opening, response_id, layer,
    case
        when label is null then 'tie'
        when blank then 'a side is empty'
        when p < $min_p then 'p is too low'
        when misfit is not null then misfit
        when $max_characters > 0 and characters > $max_characters then 'too many characters'
        else 'kept'
    end as fate,
    false as swapped, label is null as tie, label, p, cast(null as double) as margin, weight,
    cast(case when label then 1 else 0 end as bigint) as positive,
    cast(1 as bigint) as labels
from thumbs
union all
select
    $part, 'pairs', record_id, side, prompt_id, opening, response_id, layer, fate, swapped, tie, label, p, margin, weight,
    cast(case when label then 1 else 0 end as bigint), cast(1 as bigint)
from sides
