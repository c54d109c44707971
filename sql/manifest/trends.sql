-- Grain: a task in which users compared answers.
-- Where online and offline preferences have come apart, and which tasks are new.
select task, votes, overlap, round(agreement, 6) as agreement, round(recent, 6) as recent, round(earlier, 6) as earlier, state
from noise.trends
order by task
