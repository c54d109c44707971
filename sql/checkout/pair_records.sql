-- Grain: a pair of a release file.
-- What a checkout makes of it, without its texts: a layer of any size is weighed, split and drawn from on a few bytes a row.
-- In a dimension of its own a pair may point the other way, or have no estimate at all.
with governing as (
    select distinct scenario from checkout.factors
),
measured as (
    select
        pairs.pair_id, pairs.prompt_id, pairs.layer,
        round(case when factors.squared then information_of(pairs.trust) else pairs.trust end * factors.factor, 9) as weight,
        misfit($prompts, kept_turns(pairs.prompt, $system)) as misfit,
        case when $max_characters > 0 then length(array_to_string(list_transform(pairs.prompt, lambda m: m.content), '')) end as asked,
        length(pairs.chosen) as chosen_length,
        length(pairs.rejected) as rejected_length,
        case when $validation > 0 then short_hash(opening_of(pairs.prompt)) end as opening,
        pairs.chosen = pairs.rejected as same,
        (pairs.chosen < '!' and ltrim(pairs.chosen) = '') or (pairs.rejected < '!' and ltrim(pairs.rejected) = '') as blank,
        pairs.outcome,
        case
            when $dimension = '' then pairs.p
            else list_max(list_transform(list_filter(pairs.dimensions, lambda d: d.dimension = $dimension), lambda d: d.p))
        end as p_chosen,
        case
            when $dimension = '' then pairs.p_tie
            else list_max(list_transform(list_filter(pairs.dimensions, lambda d: d.dimension = $dimension), lambda d: d.p_tie))
        end as p_tie,
        pairs.p - pairs.margin as released_rejected
    from release.pairs as pairs
    left join governing on governing.scenario = pairs.scenario
    left join checkout.factors as factors
        on factors.cell = coalesce(pairs.cell, coalesce(governing.scenario, '*') || '/' || pairs.stratum)
),
estimated as (
    select *, round(case when $dimension = '' then released_rejected else 1 - p_chosen - p_tie end, 9) as p_rejected
    from measured
),
judged as (
    select
        *,
        p_rejected > p_chosen as swapped,
        case when $dimension = '' then outcome = 'tie' else not leads(p_chosen, p_tie, p_rejected, $tie_margin) end as tie,
        case when p_rejected > p_chosen then rejected_length > chosen_length else chosen_length > rejected_length end as longer
    from estimated
)
select
    $part as part, 'pairs' as kind, pair_id as record_id, '' as side, prompt_id, opening, cast(null as varchar) as response_id, layer,
    case
        when p_chosen is null then 'no estimate in the dimension'
        when blank then 'a side is empty'
        when same then 'both sides are the same text'
        when tie and not $ties then 'tie'
        when greatest(p_chosen, p_rejected) < $min_p then 'p is too low'
        when misfit is not null then misfit
        when $max_characters > 0 and asked + greatest(chosen_length, rejected_length) > $max_characters then 'too many characters'
        else 'kept'
    end as fate,
    coalesce(swapped, false) as swapped,
    coalesce(tie, false) as tie,
    cast(null as boolean) as label,
    round(greatest(p_chosen, p_rejected) + p_tie / 2, 9) as p,
    round(abs(p_chosen - p_rejected), 9) as margin,
    weight,
    cast(case when longer then 1 else 0 end as bigint) as positive,
    cast(1 as bigint) as labels
from judged
