-- Grain: a source and a kind of event.
-- How many events named no response, what they were taken to be about, and how doubtful that is.
select source, kind, events, named, attributed, round(doubt, 6) as doubt
from evidence.attribution
order by source, kind
