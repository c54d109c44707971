-- Grain: a pair of a training layer of this version or of its parent, of the prompts that are drawn to learn from.
-- Two small reward models learn from these, one what this version says and one what its parent said, each weighted as it is handed
-- out. Golden prompts are asked about and taught to neither, and so are prompts of what copies a frozen set: a parent from before the
-- set was frozen was made of them, and would answer what it has read. What stands in files that both releases hold stands as it did.
with asked as (
    select prompt_id
    from layers.records
    where layer = 'golden' and kind = 'pairs'
    union
    select pairs.prompt_id
    from evidence.pairs as pairs
    join layers.copies as copies on copies.record_id = pairs.pair_id
    where copies.kind = 'pairs'
),
drawn as (
    select pairs.pair_id, pairs.prompt_id, pairs.a, pairs.seq_a, pairs.seq_b
    from evidence.pairs as pairs
    anti join asked on asked.prompt_id = pairs.prompt_id
    where hash_bits_high(pairs.prompt_id) % $parts = 0
),
now as (
    select
        drawn.pair_id,
        coalesce(aggregates.p_a, preferences.p_a) + coalesce(aggregates.p_tie, preferences.p_tie) / 2 as p,
        weights.weight,
        case when parent_cells.squared then information_of(placed.trust) else placed.trust end * parent_cells.factor as weight_then
    from drawn
    join layers.records as placed on placed.record_id = drawn.pair_id
    join weighting.records as records on records.record_id = drawn.pair_id
    join noise.preferences as preferences
        on preferences.pair_id = drawn.pair_id and preferences.dimension = records.dimension
    join weighting.weights as weights on weights.record_id = drawn.pair_id
    left join weighting.aggregates as aggregates on aggregates.pair_id = drawn.pair_id
    left join gates.parent_cells as parent_cells on parent_cells.cell = weights.cell
    where placed.kind = 'pairs' and placed.layer <> 'backflow' and records.kind = 'pairs' and weights.kind = 'pairs'
),
touched as (
    select record_id from manifest.after where kind = 'pairs'
    union
    select record_id from manifest.before where kind = 'pairs'
),
earlier as (
    select now.pair_id, now.p, coalesce(now.weight_then, now.weight) as weight
    from now
    anti join touched on touched.record_id = now.pair_id
    union all
    select
        drawn.pair_id,
        case when before.label = drawn.a then before.p else 1 - before.p - before.p_tie end + before.p_tie / 2,
        case when coalesce(parent_cells.squared, false) then information_of(before.trust) else before.trust end
            * coalesce(parent_cells.factor, 1e0)
    from manifest.before as before
    join drawn on drawn.pair_id = before.record_id
    left join gates.parent_cells as parent_cells on parent_cells.cell = before.cell
    where before.kind = 'pairs' and before.layer <> 'backflow'
),
brought as (
    select votes.pair_id, list_sort(list(distinct said.source)) as sources
    from gates.votes as votes
    join drawn on drawn.pair_id = votes.pair_id
    join ledger.votes as said on said.vote_id = votes.vote_id
    where votes.fresh
    group by votes.pair_id
),
taught as (
    select pair_id from now
    union
    select pair_id from earlier
)
select
    drawn.pair_id, drawn.prompt_id,
    one.content as text_a,
    other.content as text_b,
    now.p, now.weight,
    earlier.p as p_before,
    earlier.weight as weight_before,
    coalesce(brought.sources, cast([] as varchar[])) as sources
from taught
join drawn on drawn.pair_id = taught.pair_id
join ledger.responses as one on one.seq = drawn.seq_a
join ledger.responses as other on other.seq = drawn.seq_b
left join now on now.pair_id = taught.pair_id
left join earlier on earlier.pair_id = taught.pair_id
left join brought on brought.pair_id = taught.pair_id
