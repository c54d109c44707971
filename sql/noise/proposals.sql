-- Grain: a proposal for the policy or a task's specification.
-- Why people disagreed is what the policy did not say clearly enough: the tags of settled disputes propose its next clauses, and so
-- does every noise check that failed.
-- Where a dimension, a scenario or a task is judged on the same pairs as another of these, a check fails on both by one figure: that
-- is proposed once. Figures that are equal by chance are two.
with tagged as (
    select
        votes.pair_id, votes.dimension, unnest(given.reason_tags) as said, votes.settles, votes.prompt_id
    from noise.settlements as settlements
    join evidence.votes as votes on votes.pair_id = settlements.pair_id and votes.dimension = settlements.dimension
    join ledger.votes as given on given.vote_id = votes.vote_id
    where settlements.disputed and array_length(given.reason_tags) > 0
),
-- What leaves the ledger is what the policy shows of it.
shown as (
    select tagged.*, coalesce(masked.content, tagged.said) as tag
    from tagged
    left join privacy.masked as masked on masked.text = 'tag' and masked.id = tagged.said
    where has_words(tagged.said)
),
counted as (
    select
        shown.tag, shown.dimension, prompts.scenario,
        count(distinct shown.pair_id) as disputes,
        count(distinct shown.pair_id) filter (where shown.settles) as decisive
    from shown
    join evidence.prompts as prompts on prompts.prompt_id = shown.prompt_id
    group by shown.tag, shown.dimension, prompts.scenario
),
-- What is judged, cut so that each cell is of one dimension, one scenario and one task: a slice is the cells in it.
cells as (
    select
        panels.dimension, prompts.scenario, prompts.task,
        cast(row_number() over (order by panels.dimension, prompts.scenario, prompts.task) as varchar) as cell
    from noise.panels as panels
    join evidence.prompts as prompts on prompts.prompt_id = panels.prompt_id
    where panels.unit = 'pair'
    group by panels.dimension, prompts.scenario, prompts.task
),
sliced as (
    select 'dimension' as slice, dimension as name, array_to_string(list_sort(list(cell)), ' ') as cells
    from cells
    group by dimension
    union all
    select 'scenario', scenario, array_to_string(list_sort(list(cell)), ' ')
    from cells
    group by scenario
    union all
    select 'task', task, array_to_string(list_sort(list(cell)), ' ')
    from cells
    group by task
),
failed as (
    select
        checks.noise, checks.measure, limits.proposal, checks.scenario, checks.n,
        round(checks.value, 9) as value, round(checks.low, 9) as low, round(checks.high, 9) as high,
        concat(checks.slice, ' ', left(checks.name, 60)) as slice_name,
        coalesce(sliced.cells, concat(checks.slice, ' ', checks.name)) as judged
    from noise.checks as checks
    join policy.noise_limits as limits on limits.scenario = checks.scenario and limits.measure = checks.measure
    left join sliced on sliced.slice = checks.slice and sliced.name = checks.name
    where not checks.passed
)
select
    cast(null as varchar) as noise,
    concat('Say in the definition of ', dimension, ' what decides where somebody says ', tag, '.') as proposal,
    scenario, tag, dimension, disputes, decisive
from counted
union all
select
    noise, replace(proposal, '{where}', array_to_string(list_sort(list(slice_name)), ', ')), scenario,
    cast(null as varchar), cast(null as varchar), cast(null as bigint), cast(null as bigint)
from failed
group by noise, measure, proposal, scenario, value, low, high, n, judged
