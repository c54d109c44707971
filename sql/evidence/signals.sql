-- Grain: a kind of event at a place, from a segment of users.
-- How often it is right, against trusted labels that are themselves right with a known probability: least squares on what a
-- right and a wrong event would show, each event weighed by its propensity. Cells are drawn to their kind by the spread that the
-- cells of the kind show (empirical Bayes; DerSimonian and Laird 1986; Morris 1983), kinds to 1/2 by two votes. A kind that
-- meets no trusted label is unknown, and weighs what the policy gives the unknown. Sums are fixed point.
with settings as (
    select unknown from policy.online where scenario = '*'
),
heard as (
    select votes.*
    from evidence.event_votes as votes
    anti join (select subject from evidence.suspended where scope = 'event') as lost on lost.subject = votes.event_id
    anti join (select subject from evidence.suspended where scope = 'event') as other on other.subject = votes.other_event_id
    anti join (select subject from evidence.suspended where scope = 'rater') as silent on silent.subject = votes.rater_id
),
sides as (
    select response_id, sum(cast(round(1e6 * p) as bigint)) / (1e6 * count(*)) as p
    from (
        select a as response_id, p_a as p from evidence.trusted
        union all
        select b, 1 - p_a from evidence.trusted
    ) as both_sides
    group by response_id
),
met as (
    select
        'pair' as form, heard.kind, heard.place, heard.segment, prompts.task, heard.prompt_id,
        case when heard.winner_id = trusted.a then trusted.p_a else 1 - trusted.p_a end as p
    from heard
    join evidence.trusted as trusted on trusted.pair_id = heard.pair_id
    join evidence.prompts as prompts on prompts.prompt_id = heard.prompt_id
    where heard.doubt = 0
    union all
    select
        'single', thumbs.kind, thumbs.place, thumbs.segment, prompts.task, thumbs.prompt_id,
        case when thumbs.good then sides.p else 1 - sides.p end
    from evidence.thumbs as thumbs
    join sides on sides.response_id = thumbs.response_id
    join evidence.prompts as prompts on prompts.prompt_id = thumbs.prompt_id
    where thumbs.doubt = 0
),
-- w is how sure the trusted label is, above chance; d what the event shows of being right, 0 for always wrong.
told as (
    select
        met.form, met.kind, met.place, met.segment, met.prompt_id, propensities.weight as h,
        abs(2 * met.p - 1) as w,
        case when met.p >= 0.5 then met.p else met.p * -1 end as d,
        met.p * (1 - met.p) as u
    from met
    join evidence.propensities as propensities
        on propensities.form = met.form and propensities.kind = met.kind and propensities.place = met.place
        and propensities.segment = met.segment and propensities.task = met.task
),
prompted as (
    select
        form, kind, place, segment, prompt_id,
        sum(cast(round(1e6 * h * w * d) as bigint)) as hits,
        sum(cast(round(1e6 * h * w * w) as bigint)) as s2,
        sum(cast(round(1e6 * w * w) as bigint)) as overlap,
        sum(cast(round(1e6 * h * h * w * w * u) as bigint)) as noise,
        sum(cast(round(1e6 * h * h * w * w * w * w) as bigint)) as s4
    from told
    group by form, kind, place, segment, prompt_id
),
summed as (
    select
        form, kind, place, segment,
        sum(hits) / 1e6 as hits, sum(s2) / 1e6 as s2, sum(overlap) / 1e6 as overlap, sum(noise) / 1e6 as noise,
        sum(s4) / 1e6 as s4
    from prompted
    group by form, kind, place, segment
),
of_kind as (
    select
        form, kind,
        sum(hits) / 1e6 as hits, sum(s2) / 1e6 as s2, sum(noise) / 1e6 as noise, sum(s4) / 1e6 as s4,
        (sum(hits) / 1e6 + 1) / (sum(s2) / 1e6 + 2) as mean
    from prompted
    group by form, kind
),
-- Events on one prompt stand or fall together, with its label and with how hard it is: what prompts vary by is measured (the
-- sandwich; Liang and Zeger 1986).
varied as (
    select
        prompted.form, prompted.kind, prompted.place, prompted.segment,
        sum(cast(round(pow(prompted.hits / 1e3 - prompted.s2 / 1e3 * (summed.hits + 1) / (summed.s2 + 2), 2)) as bigint)) / 1e6
            * count(*) / greatest(1, count(*) - 1) as squares
    from prompted
    join summed
        on summed.form = prompted.form and summed.kind = prompted.kind and summed.place = prompted.place
        and summed.segment = prompted.segment
    group by prompted.form, prompted.kind, prompted.place, prompted.segment
),
kinds_varied as (
    select
        together.form, together.kind,
        sum(cast(round(pow(together.hits / 1e3 - together.s2 / 1e3 * of_kind.mean, 2)) as bigint)) / 1e6
            * count(*) / greatest(1, count(*) - 1) as squares
    from (
        select form, kind, prompt_id, sum(hits) as hits, sum(s2) as s2
        from prompted
        group by form, kind, prompt_id
    ) as together
    join of_kind on of_kind.form = together.form and of_kind.kind = together.kind
    group by together.form, together.kind
),
-- The variance is that at a reliability drawn a little to one half: a cell that was always right by chance is not sure.
cells as (
    select
        summed.*,
        hits / s2 as raw,
        greatest(squares, noise + s4 * ((hits + 1) / (s2 + 2)) * greatest(0.02e0, 1 - (hits + 1) / (s2 + 2))) / (s2 * s2)
            as variance
    from summed
    join varied
        on varied.form = summed.form and varied.kind = summed.kind and varied.place = summed.place
        and varied.segment = summed.segment
    where s2 > 0
),
kinds as (
    select
        of_kind.form, of_kind.kind, mean, s2,
        greatest(squares, noise + s4 * mean * greatest(0.02e0, 1 - mean)) / (s2 * s2) as variance
    from of_kind
    join kinds_varied on kinds_varied.form = of_kind.form and kinds_varied.kind = of_kind.kind
    where s2 > 0
),
-- How far cells of a kind lie apart, beyond what chance explains, over all kinds of the form: few kinds have many cells.
apart as (
    select
        cells.form,
        sum(cast(round(1e6 * cells.s2 * pow(cells.raw - kinds.mean, 2)) as bigint)) / 1e6
            - sum(cast(round(1e6 * cells.s2 * cells.variance) as bigint)) / 1e6
            + sum(cast(round(1e6 * cells.s2 * cells.s2 * cells.variance) as bigint)) / 1e6 / max(kinds.s2) as beyond,
        max(kinds.s2) - sum(cast(round(1e6 * cells.s2 * cells.s2) as bigint)) / 1e6 / max(kinds.s2) as size
    from cells
    join kinds on kinds.form = cells.form and kinds.kind = cells.kind
    group by cells.form, cells.kind
),
-- Never nearer than five points: with few cells, no spread to be seen is no proof of none.
spread as (
    select
        form,
        greatest(0.0025e0, coalesce(
            sum(cast(round(1e6 * beyond) as bigint)) / nullif(cast(sum(cast(round(1e6 * size) as bigint)) as double), 0), 0e0))
            as between_cells
    from apart
    group by form
),
every as (
    select 'pair' as form, kind, place, segment, count(*) as events from heard group by kind, place, segment
    union all
    select 'single', kind, place, segment, count(*) from evidence.thumbs group by kind, place, segment
),
drawn as (
    select
        every.form, every.kind, every.place, every.segment, every.events,
        coalesce(cells.overlap, 0e0) as overlap,
        cells.raw,
        kinds.mean is not null as known,
        case
            when cells.raw is null then kinds.mean
            else (cells.raw * spread.between_cells + kinds.mean * cells.variance) / (spread.between_cells + cells.variance)
        end as reliability,
        case
            when cells.raw is null then sqrt(spread.between_cells + kinds.variance)
            else sqrt(
                cells.variance * spread.between_cells / (spread.between_cells + cells.variance)
                + pow(cells.variance / (spread.between_cells + cells.variance), 2) * kinds.variance)
        end as deviation
    from every
    left join cells
        on cells.form = every.form and cells.kind = every.kind and cells.place = every.place and cells.segment = every.segment
    left join kinds on kinds.form = every.form and kinds.kind = every.kind
    left join spread on spread.form = every.form
),
bounded as (
    select
        form, kind, place, segment, events, overlap, raw, known,
        case when known then round(least(1e0, greatest(0e0, reliability)), 6) end as reliability,
        case when known then round(least(1e0, greatest(0e0, reliability - 1.644853627e0 * deviation)), 6) end as low,
        case when known then round(least(1e0, greatest(0e0, reliability + 1.644853627e0 * deviation)), 6) end as high
    from drawn
),
strongest as (
    select form, max(2 * reliability - 1) as says from bounded where known group by form
)
select
    bounded.form, bounded.kind, bounded.place, bounded.segment, bounded.events, bounded.overlap,
    round(bounded.raw, 6) as raw,
    bounded.reliability, bounded.low, bounded.high, bounded.known,
    round(case
        -- What is surely wrong more often than right says the opposite; a comparison that is says nothing.
        when bounded.known and (bounded.reliability >= 0.5 or (bounded.form = 'single' and bounded.high < 0.5))
            then 2 * bounded.reliability - 1
        when bounded.known then 0e0
        else settings.unknown * case when strongest.says > 0 then strongest.says else 1e0 end
    end, 6) as says
from bounded
cross join settings
left join strongest on strongest.form = bounded.form
