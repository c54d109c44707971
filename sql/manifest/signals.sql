-- Grain: a kind of event at a place, from a segment of users.
-- What a release took such events to say, and how sure that is.
select form, kind, place, segment, events, round(overlap, 3) as overlap, reliability, low, high, says
from evidence.signals
order by form, kind, place, segment
