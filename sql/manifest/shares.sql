-- Grain: a value of a facet, one of the facet's hundred heaviest; of raters, the twenty heaviest.
-- What the version's weight is made of, as the manifest carries it.
select facet, value, records, weight, share
from (
    select *, row_number() over (partition by facet order by weight desc, records desc, value) as place
    from teaching.composition
) as ranked
where place <= case when facet = 'rater' then 20 else 100 end
order by facet, place
