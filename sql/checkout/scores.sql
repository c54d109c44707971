-- Grain: a response that is written, with its text and a score per dimension.
-- The scores stand in the order of the dimensions asked for: that order is what each head of the model means.
with asked as (
    select dimension, strpos(',' || $dimensions || ',', ',' || dimension || ',') as place
    from (select distinct dimension from release.ratings) as known
    where list_contains(string_split($dimensions, ','), dimension)
),
scored as (
    select
        ratings.response_id,
        list_transform(
            list_sort(list({'place': asked.place, 'score': ratings.score})), lambda s: s.score
        ) as scores
    from release.ratings as ratings
    join asked on asked.dimension = ratings.dimension
    group by ratings.response_id
),
texts as (
    select response_id, prompt, response
    from release.ratings
    qualify row_number() over (partition by response_id order by record_id) = 1
)
select
    examples.place, examples.split, examples.kind, examples.record_id, examples.side,
    case $system when 'keep' then system_of(texts.prompt) when 'replace' then $system_prompt else '' end as system,
    kept_turns(texts.prompt, $system) as turns,
    texts.response, scored.scores, examples.weight
from checkout.examples as examples
join texts on texts.response_id = examples.record_id
join scored on scored.response_id = examples.record_id
where examples.kind = 'ratings'
