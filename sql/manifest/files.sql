-- Grain: a release file, before it is written.
-- How many records it will hold says how many files are written at once.
select kind, file_number, count(*) as records
from manifest.places
group by kind, file_number
order by kind, file_number
