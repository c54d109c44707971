-- Grain: a queue and a pair waiting in it, of one queue or of all.
-- Priorities of two queues do not compare, so they stand one after the other: what cannot wait before what can. Of disputes that would
-- move as much, the one least sure comes first, then the one with more votes, as in the tasks.
with doubts as (
    select
        disputes.pair_id,
        max(round(1 - greatest(preferences.p_a, preferences.p_tie, preferences.p_b), 9)) as doubt,
        sum(preferences.votes) as votes
    from noise.disputes as disputes
    join noise.preferences as preferences
        on preferences.pair_id = disputes.pair_id and preferences.dimension = disputes.dimension
    group by disputes.pair_id
)
select queue.queue, queue.pair_id, queue.prompt_id, queue.kind, queue.dimensions, queue.priority, queue.reason
from noise.queue as queue
left join doubts on doubts.pair_id = queue.pair_id and queue.queue = 'arbitration'
where $queue is null or queue.queue = $queue
order by
    case queue.queue
        when 'arbitration' then 1 when 'backflow' then 2 when 'review' then 3 when 'reannotation' then 4 when 'golden' then 5 else 6
    end,
    queue.priority desc, coalesce(doubts.doubt, 0e0) desc, coalesce(doubts.votes, 0) desc, queue.pair_id
