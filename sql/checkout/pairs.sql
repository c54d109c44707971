-- Grain: a pair that is written, with its texts.
-- The better side comes first; the system prompt stands apart, for trainers put it in different places.
select
    examples.place, examples.split, examples.kind, examples.record_id, examples.side,
    case $system when 'keep' then system_of(pairs.prompt) when 'replace' then $system_prompt else '' end as system,
    kept_turns(pairs.prompt, $system) as turns,
    case when examples.swapped then pairs.rejected else pairs.chosen end as chosen,
    case when examples.swapped then pairs.chosen else pairs.rejected end as rejected,
    examples.p, examples.margin, examples.weight
from checkout.examples as examples
join release.pairs as pairs on pairs.pair_id = examples.record_id
where examples.side = '' and examples.kind = 'pairs'
