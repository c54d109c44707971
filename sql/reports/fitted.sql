-- Grain: a table that the rater model fills, and its rows.
-- They are filled together, so their sizes are asked for together.
select 'noise.parameters' as name, count(*) as rows from noise.parameters
union all
select 'noise.preferences', count(*) from noise.preferences
union all
select 'noise.reliability', count(*) from noise.reliability
