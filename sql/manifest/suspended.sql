-- Grain: a scope and a reason.
-- What was set aside of online evidence and why, so that nobody has to ask what a release did not listen to.
select scope, reason, count(*) as subjects
from evidence.suspended
group by scope, reason
order by scope, reason
