-- Grain: a record that stands in another layer than in the release before, or in none.
-- Promotions and demotions with their reasons, the gravest first: a frozen set, a withdrawal, an arbitration, a settlement of what nobody disputed, another version of the
-- policy or another policy, a dimension that no policy names, a rater who failed, a quota; where none of these is known, judgements came
-- or were weighed anew. Files that both hold are not read.
with moved as (
    select
        earlier.kind, earlier.record_id, earlier.layer as from_layer, later.layer as to_layer,
        list_filter(
            coalesce(later.settled, cast([] as varchar[])),
            lambda d: not list_contains(coalesce(earlier.settled, cast([] as varchar[])), d)
        ) as settled
    from manifest.before as earlier
    left join manifest.after as later on later.kind = earlier.kind and later.record_id = earlier.record_id
    where later.record_id is null or later.layer <> earlier.layer
),
arbitrated as (
    select distinct newly.record_id
    from (select record_id, unnest(settled) as dimension from moved where kind = 'pairs') as newly
    join noise.settlements as settlements
        on settlements.pair_id = newly.record_id and settlements.dimension = newly.dimension
    where settlements.disputed
),
governed as (
    select records.kind, records.record_id, coalesce(own.earlier, rest.earlier) as earlier, coalesce(own.later, rest.later) as later
    from weighting.records as records
    join evidence.prompts as prompts on prompts.prompt_id = records.prompt_id
    left join manifest.versions as own on own.scenario = prompts.scenario
    left join manifest.versions as rest on rest.scenario = '*'
    where coalesce(own.changed, rest.changed)
),
ranked as (
    select
        *,
        case from_layer when 'golden' then 1 when 'expert' then 2 when 'main' then 3 when 'weak' then 4 else 5 end as from_rank,
        case to_layer when 'golden' then 1 when 'expert' then 2 when 'main' then 3 when 'weak' then 4 else 5 end as to_rank
    from moved
)
select
    ranked.kind, ranked.record_id,
    case when to_layer is null then 'removed' when to_rank < from_rank then 'promoted' else 'demoted' end as move,
    from_layer, to_layer,
    case
        when causes.cause in ('contaminated', 'withdrawn', 'arbitration reversed') then causes.cause
        when arbitrated.record_id is not null then 'arbitrated'
        when array_length(settled) > 0 then 'settled'
        when governed.later is not null then 'policy ' || governed.earlier || ' -> ' || governed.later
        when causes.cause in (
            'dimension undefined', 'alike once hidden', 'settlers disagree', 'high risk undescribed', 'rater failed golden back-test', 'quota full'
        ) then causes.cause
        when to_layer is null and causes.cause = 'rule outdated' then causes.cause
        when to_layer is null then 'no evidence left'
        else 'new judgements'
    end as reason
from ranked
left join arbitrated on ranked.kind = 'pairs' and arbitrated.record_id = ranked.record_id
left join layers.causes as causes on causes.kind = ranked.kind and causes.record_id = ranked.record_id
left join governed on governed.kind = ranked.kind and governed.record_id = ranked.record_id
