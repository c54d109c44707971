-- Grain: a refused answer, the first so many of them in the order of their file.
-- Asked of a ledger that holds one file.
select quarantine.line, quarantine.reason, quarantine.detail
from ledger.quarantine as quarantine
order by quarantine.line, quarantine.reason
limit $most
