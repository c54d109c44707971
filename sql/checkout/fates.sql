-- Grain: a reason for which records were left out, or kept.
-- The loss report: read = handed out + left out, reason by reason.
select fate, count(*) as records
from checkout.selected
group by fate
order by fate
