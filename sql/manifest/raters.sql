-- Grain: a rater in a stratum on a dimension, one of those a reader asks after first: what is known of it.
-- Six whose whole interval lies above the mean reliability of those judging the dimension, six below, and the eight with most
-- votes, all of twenty votes or more: however many raters there are, a reader can read these. Who stands above or below is known only
-- where votes say how good the stratum is. How far copies repeat each other is told of those that have a sibling.
with families as (
    select rater_id, min(family) as family
    from ledger.raters
    group by rater_id
),
siblings as (
    select family
    from families
    where family is not null
    group by family
    having count(*) > 1
),
heard as (
    select
        *,
        sum(case when decided then cast(round(1e6 * reliability) as bigint) else 0 end) over (partition by dimension)
            / (1e6 * nullif(sum(case when decided then 1 else 0 end) over (partition by dimension), 0)) as usual
    from noise.raters
    where votes >= 20
),
compared as (
    select
        *,
        case
            when decided and reliability_low > usual then 'above'
            when decided and reliability_high < usual then 'below'
        end as stands
    from heard
),
ranked as (
    select
        *,
        row_number() over (
            partition by stands
            order by case stands when 'above' then -reliability_low else reliability_high end, rater_id, dimension, stratum
        ) as place,
        row_number() over (order by votes desc, rater_id, dimension, stratum) as by_votes
    from compared
),
shown as (
    select *, case when stands is not null and place <= 6 then stands else 'votes' end as shown_for
    from ranked
    where (stands is not null and place <= 6) or by_votes <= 8
),
fitted as (
    select
        parameters.rater_id, parameters.dimension, parameters.stratum,
        sum(cast(round(1e6 * parameters.markdown * parameters.votes) as bigint)) / 1e6 / sum(parameters.votes) as markdown,
        sum(cast(round(1e6 * parameters.firmness * parameters.votes) as bigint)) / 1e6 / sum(parameters.votes) as firmness,
        max(case when parameters.segment = 0 then parameters.reliability end) as before,
        max(case when parameters.segment = 1 then parameters.reliability end) as after
    from noise.parameters as parameters
    semi join shown
        on shown.rater_id = parameters.rater_id and shown.dimension = parameters.dimension and shown.stratum = parameters.stratum
    group by parameters.rater_id, parameters.dimension, parameters.stratum
)
select
    shown.rater_id, shown.dimension, shown.stratum, shown.shown_for, shown.votes,
    shown.reliability,
    case when shown.decided then shown.reliability_low end as reliability_low,
    case when shown.decided then shown.reliability_high end as reliability_high,
    shown.usual,
    shown.tie_rate, shown.side_bias,
    shown.length_slope as length, fitted.markdown, fitted.firmness,
    case when siblings.family is not null then shown.copying end as copying,
    shown.agreement, shown.overlapping, shown.settled_right, shown.settled_votes, shown.exam_right, shown.exam_votes,
    shown.flip_rate, shown.both_orders,
    cast(cast(shown.changed_at as date) as varchar) as changed_at,
    changes.agreement_before, changes.agreement_after,
    case when fitted.after is not null then fitted.before end as reliability_before,
    fitted.after as reliability_after,
    cast(cast(shown.scale_moved_at as date) as varchar) as scale_moved_at,
    shown.scale_shift,
    cast(cast(turned.changed_at as date) as varchar) as golden_moved_at,
    turned.before as golden_before, turned.after as golden_after
from shown
left join fitted
    on fitted.rater_id = shown.rater_id and fitted.dimension = shown.dimension and fitted.stratum = shown.stratum
left join noise.changes as changes
    on changes.rater_id = shown.rater_id and changes.dimension = shown.dimension and changes.stratum = shown.stratum
left join noise.drifts as turned
    on turned.rater_id = shown.rater_id and turned.dimension = shown.dimension and turned.stratum = shown.stratum
    and turned.what = 'golden' and turned.sure
left join families on families.rater_id = shown.rater_id
left join siblings on siblings.family = families.family
order by
    case shown.shown_for when 'above' then 1 when 'below' then 2 else 3 end,
    case shown.shown_for when 'above' then -shown.reliability when 'below' then shown.reliability else -shown.votes end,
    shown.rater_id, shown.dimension, shown.stratum
