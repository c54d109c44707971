-- Grain: a proposal for the policy or a task's specification.
-- Why people disagreed is what the policy did not say clearly enough: the tags of settled disputes propose its next clauses, and so
-- does every noise check that failed.
-- Where all votes on a dimension are of one scenario and one task, a check fails on all three by one figure: that is proposed once.
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
failed as (
    select
        checks.noise, checks.measure, limits.proposal, checks.scenario, checks.n,
        round(checks.value, 9) as value, round(checks.low, 9) as low, round(checks.high, 9) as high,
        concat(checks.slice, ' ', left(checks.name, 60)) as slice_name,
        -- Two tasks of which one figure is told are two.
        row_number() over (
            partition by
                checks.measure, checks.scenario, checks.slice, checks.n,
                round(checks.value, 9), round(checks.low, 9), round(checks.high, 9)
            order by checks.name
        ) as place
    from noise.checks as checks
    join policy.noise_limits as limits on limits.scenario = checks.scenario and limits.measure = checks.measure
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
group by noise, measure, proposal, scenario, value, low, high, n, place
