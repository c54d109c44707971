-- Grain: a queue.
-- How much work waits for people.
select queue, count(*) as items
from noise.queue
group by queue
order by queue
