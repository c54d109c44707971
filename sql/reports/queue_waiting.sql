-- Grain: a queue and a pair waiting in it, of one queue or of all.
-- Priorities of two queues do not compare, so they stand one after the other: what cannot wait before what can.
select queue, pair_id, prompt_id, kind, dimensions, priority, reason
from noise.queue
where $queue is null or queue = $queue
order by
    case queue
        when 'arbitration' then 1 when 'backflow' then 2 when 'review' then 3 when 'reannotation' then 4 when 'golden' then 5 else 6
    end,
    priority desc, pair_id
