-- Grain: a layer, a kind of record and a day.
-- How many records each day of a release folder has, which decides how it is cut into files. Without a day: what has none.
select layer, kind, day, count(*) as records
from manifest.days
group by layer, kind, day
order by kind, layer, day
