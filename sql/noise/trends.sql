-- Grain: a task in which users compared answers.
-- Whether users still want what annotators say is better. The newest days are held against those before, by the share of users'
-- votes that agree with trusted labels; one change in a hundred without a cause is told (two proportions, where five or more votes
-- of each kind are to be expected on both sides; Cochran 1954). A task that nobody knew before those days is new.
with settings as (
    select watch_days from policy.online where scenario = '*'
),
online as (
    select prompts.task, votes.pair_id, votes.choice, votes.rater_id, votes.decided_at
    from evidence.votes as votes
    join evidence.prompts as prompts on prompts.prompt_id = votes.prompt_id
    where votes.derived_from = 'event' and votes.decided_at is not null
),
days as (
    select cast(decided_at as date) as day, count(*) as votes, coalesce(min(rater_id) <> max(rater_id), false) as shared
    from online
    group by cast(decided_at as date)
),
-- A day is believed when two raters say so, with a twentieth of the votes of the busiest: one clock in the future must not make
-- everything else old. What is later than the newest such day is recent.
span as (
    select coalesce(max(case when shared and 20 * votes >= most then day end), max(day)) as newest, min(day) as oldest
    from (select *, max(votes) over () as most from days) as compared
),
dated as (
    select
        online.*,
        date_diff('day', cast(online.decided_at as date), span.newest) < settings.watch_days as recent,
        date_diff('day', span.oldest, span.newest) >= settings.watch_days as has_past,
        case when trusted.p_a > 0.5 then 'a' when trusted.p_a < 0.5 then 'b' end as trusted_choice
    from online
    cross join span
    cross join settings
    left join evidence.trusted as trusted on trusted.pair_id = online.pair_id
),
counted as (
    select
        task,
        count(*) as votes,
        bool_and(recent) and bool_and(has_past) as is_new,
        count(trusted_choice) as overlap,
        count(*) filter (where choice = trusted_choice) as agreeing,
        count(trusted_choice) filter (where recent) as recent_overlap,
        count(*) filter (where recent and choice = trusted_choice) as recent_agreeing
    from dated
    group by task
),
shares as (
    select
        *,
        agreeing / nullif(overlap, 0) as agreement,
        recent_agreeing / nullif(recent_overlap, 0) as recent,
        (agreeing - recent_agreeing) / nullif(overlap - recent_overlap, 0) as earlier
    from counted
),
tested as (
    select
        *,
        -- The rarer answer on the thinner side is the smallest of the four cells; what is to be expected there, in whole numbers.
        least(recent_overlap, overlap - recent_overlap) * least(agreeing, overlap - agreeing) >= 5 * overlap as enough,
        (recent - earlier) / nullif(sqrt(agreement * (1 - agreement)
            * (1e0 / nullif(recent_overlap, 0) + 1e0 / nullif(overlap - recent_overlap, 0))), 0) as z
    from shares
)
select
    task, votes, overlap, agreement,
    wilson_low(agreement, overlap) as low,
    wilson_high(agreement, overlap) as high,
    recent, earlier, round(z, 6) as z,
    case
        when is_new then 'new'
        when recent is null or earlier is null then 'unknown'
        when enough and abs(z) > 2.5758 then 'drifting'
        else 'steady'
    end as state
from tested
