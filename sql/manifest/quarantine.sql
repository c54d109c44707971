-- Grain: a source and a reason.
-- What was refused, for the card and the run summary.
select source, reason, count(*) as records
from ledger.quarantine
group by source, reason
order by source, reason
