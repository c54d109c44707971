-- Grain: a pair and a dimension.
-- The probabilities are the rater model's; where golden items showed it too sure, or not sure enough, they are tempered
-- (temperature scaling; Guo et al. 2017). The evidence is what the votes weigh: how far their raters' reliability lies from chance,
-- further votes of one family less; the vote of one who is surely wrong more often than right speaks for the other side, and a tie
-- weighs no more than its rater's ties tell even pairs from decided ones. The disagreement is the share of the evidence that is not
-- for the most probable outcome; the share of the votes where they weigh less than a tenth each: raters who are not believed
-- contradict each other all the same. Where a vote settles, only those that do
-- count: the posterior mean over a symmetric Dirichlet prior of votes that are right 98 times in 100, one of each person. Sums are
-- fixed point.
with settling as (
    select
        items.item, votes.rater_id, votes.stratum, votes.prompt_id,
        case votes.choice when 'a' then 1 when 'tie' then 0 else -1 end as side,
        votes.a_shown_first, votes.both_bad, votes.has_rationale,
        cast(round(0.96e9 * votes.share / count(*) over (partition by items.item, votes.rater_id)) as bigint) as weight
    from evidence.votes as votes
    join fit.items as items on items.pair_id = votes.pair_id and items.dimension = votes.dimension
    where votes.settles
),
settled as (
    select settling.item, any_value(governing.prior) as prior
    from settling
    join evidence.prompts as prompts on prompts.prompt_id = settling.prompt_id
    join policy.scenarios as governing on governing.scenario = prompts.policy_scenario
    group by settling.item
),
counting as (
    select item, stratum, side, side as spoken, a_shown_first, both_bad, has_rationale, weight
    from settling
    union all
    select
        votes.item, cards.stratum, votes.side,
        case when cards.reliability < 0.5 then -votes.side else votes.side end,
        votes.a_shown_first, votes.both_bad, votes.has_rationale,
        cast(round(1e9 * votes.share / (1 + (votes.copies - 1) * cards.discount) / (1 + (votes.families - 1) * cards.shared)
            * case
                when votes.side = 0 then least(cards.tie_tells, abs(2 * cards.reliability - 1))
                else abs(2 * cards.reliability - 1)
            end) as bigint)
    from fit.votes as votes
    join fit.cards as cards on cards.unit = votes.unit
    where votes.item not in (select item from settled)
),
counted as (
    select
        item, stratum,
        sum(case when spoken = 1 then weight else 0 end) as w_a,
        sum(case when spoken = 0 then weight else 0 end) as w_tie,
        sum(case when spoken = -1 then weight else 0 end) as w_b,
        count(*) filter (where side = 1) as n_a,
        count(*) filter (where side = 0) as n_tie,
        count(*) as votes,
        count(*) filter (where both_bad) as both_bad,
        count(*) filter (where has_rationale) as reasons,
        bool_or(a_shown_first) as some_first,
        bool_and(a_shown_first) as all_first,
        max(side) as highest,
        min(side) as lowest
    from counting
    group by item, stratum
),
summed as (
    select
        item,
        sum(w_a) / 1e9 as w_a, sum(w_tie) / 1e9 as w_tie, sum(w_b) / 1e9 as w_b,
        cast(sum(n_a) as bigint) as n_a,
        cast(sum(n_tie) as bigint) as n_tie,
        cast(sum(votes) as bigint) as votes,
        cast(sum(both_bad) as bigint) as both_bad,
        sum(reasons) > 0 as has_rationale,
        max(highest) = 1 and min(lowest) = -1 and bool_or(some_first) and not bool_and(all_first) as contested,
        list_sort(list({'stratum': stratum, 'votes': (w_a + w_tie + w_b) / 1e9})) as strata
    from counted
    group by item
),
-- Only where both sides were chosen and both display orders shown can a rater have changed sides with the order.
-- Flips are those of the votes that count: of a settled pair, of those who settled it.
shown as (
    select votes.item, units.rater_id, votes.side, votes.a_shown_first
    from fit.votes as votes
    join summed on summed.item = votes.item and summed.contested
    join fit.units as units on units.unit = votes.unit
    where votes.a_shown_first is not null and votes.side <> 0 and votes.item not in (select item from settled)
    union all
    select item, rater_id, side, a_shown_first
    from settling
    where a_shown_first is not null and side <> 0
),
flipped as (
    select item, count(*) as flips
    from (
        select item, rater_id
        from shown
        group by item, rater_id
        having min(side) < max(side) and bool_or(a_shown_first) and not bool_and(a_shown_first)
    ) as changed_sides
    group by item
),
tempered as (
    select
        item,
        pow(greatest(a_clear + a_close, 1e-6), 1e0 / $temperature) as a,
        case when even > 0 then pow(even, 1e0 / $temperature) else 0e0 end as tie,
        pow(greatest(b_close + b_clear, 1e-6), 1e0 / $temperature) as b
    from fit.posteriors
),
estimated as (
    select
        item,
        round(a / (a + tie + b), 9) as p_a, round(tie / (a + tie + b), 9) as p_tie, round(b / (a + tie + b), 9) as p_b
    from tempered
    where item not in (select item from settled)
    union all
    select
        settled.item,
        (prior + w_a) / (3 * prior + w_a + w_tie + w_b),
        (prior + w_tie) / (3 * prior + w_a + w_tie + w_b),
        (prior + w_b) / (3 * prior + w_a + w_tie + w_b)
    from settled
    join summed on summed.item = settled.item
)
select
    items.pair_id,
    items.dimension,
    estimated.p_a, estimated.p_tie, estimated.p_b,
    summed.votes,
    w_a + w_tie + w_b as evidence,
    list_transform(strata, lambda s: {
        'stratum': s.stratum,
        'votes': coalesce(s.votes / nullif(w_a + w_tie + w_b, 0), 0)
    }) as strata,
    coalesce(flipped.flips, 0) as flips,
    case
        when w_a + w_tie + w_b < 0.1 * summed.votes then 1 - case
            when p_tie > p_a and p_tie > p_b then summed.n_tie
            when p_a >= p_b then summed.n_a
            else summed.votes - summed.n_a - summed.n_tie
        end / summed.votes
        else 1 - case when p_tie > p_a and p_tie > p_b then w_tie when p_a >= p_b then w_a else w_b end / (w_a + w_tie + w_b)
    end as disagreement,
    summed.both_bad,
    summed.has_rationale,
    $calibration_id as calibration_id
from summed
join fit.items as items on items.item = summed.item
join estimated on estimated.item = summed.item
left join flipped on flipped.item = summed.item
