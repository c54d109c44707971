-- Grain: a response that is written, with its text and label.
-- It comes from a thumb or from a side of a pair.
select
    examples.place, examples.split, examples.kind, examples.record_id, examples.side,
    case $system when 'keep' then system_of(unpaired.prompt) when 'replace' then $system_prompt else '' end as system,
    kept_turns(unpaired.prompt, $system) as turns,
    unpaired.response, examples.label, examples.weight
from checkout.examples as examples
join release.unpaired as unpaired on unpaired.response_id = examples.record_id
where examples.kind = 'unpaired'
union all
select
    examples.place, examples.split, examples.kind, examples.record_id, examples.side,
    case $system when 'keep' then system_of(pairs.prompt) when 'replace' then $system_prompt else '' end,
    kept_turns(pairs.prompt, $system),
    case when examples.side = 'chosen' then pairs.chosen else pairs.rejected end,
    examples.label, examples.weight
from checkout.examples as examples
join release.pairs as pairs on pairs.pair_id = examples.record_id
where examples.side <> '' and examples.kind = 'pairs'
