-- Grain: a rated response of a release file.
-- A trainer with a head per dimension needs a score for each; a response that lacks one is left out. Its weight is the mean.
with governing as (
    select distinct scenario from checkout.factors
),
weighed as (
    select
        ratings.response_id, ratings.prompt_id, ratings.layer, ratings.dimension,
        cast(round(case when factors.squared then information_of(ratings.trust) else ratings.trust end * factors.factor * 1e9) as bigint)
            as weight,
        misfit($prompts, kept_turns(ratings.prompt, $system)) as misfit,
        length(array_to_string(list_transform(ratings.prompt, lambda m: m.content), '')) + length(ratings.response) as characters,
        ltrim(ratings.response) = '' as blank,
        case when $validation > 0 then short_hash(opening_of(ratings.prompt)) end as opening
    from release.ratings as ratings
    left join governing on governing.scenario = ratings.scenario
    left join checkout.factors as factors
        on factors.cell = coalesce(ratings.cell, coalesce(governing.scenario, '*') || '/' || ratings.stratum)
    where list_contains(string_split($dimensions, ','), ratings.dimension)
),
rated as (
    select
        response_id, min(prompt_id) as prompt_id, min(layer) as layer, min(misfit) as misfit, max(characters) as characters,
        bool_or(blank) as blank, min(opening) as opening,
        count(distinct dimension) as dimensions,
        case when count(weight) = count(*) then round(sum(weight) / (count(*) * 1e9), 9) end as weight
    from weighed
    group by response_id
)
select
    $part as part, 'ratings' as kind, response_id as record_id, '' as side, prompt_id, opening, response_id, layer,
    case
        when dimensions < array_length(string_split($dimensions, ',')) then 'a dimension has no score'
        when blank then 'a side is empty'
        when misfit is not null then misfit
        when $max_characters > 0 and characters > $max_characters then 'too many characters'
        else 'kept'
    end as fate,
    false as swapped, false as tie, cast(null as boolean) as label, cast(null as double) as p, cast(null as double) as margin,
    weight,
    cast(0 as bigint) as positive, cast(0 as bigint) as labels
from rated
