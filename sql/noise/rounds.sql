-- Grain: an annotation round, and the one that votes without a round are in.
-- What is said again is held against what was said before, so rounds go in the order in which their first vote was decided; those that
-- have no time come first. What time does not tell apart goes by name, with numbers as numbers: round-12 comes after round-2.
with started as (
    select coalesce(round, '') as round, min(decided_at) as began
    from evidence.votes
    group by coalesce(round, '')
)
select
    round, began,
    row_number() over (
        order by
            began nulls first,
            regexp_replace(round, '[0-9]+', '0', 'g'),
            array_to_string(
                list_transform(
                    string_split(trim(regexp_replace(round, '[^0-9]+', ' ', 'g')), ' '),
                    lambda n: case when length(n) < 20 then lpad(n, 20, '0') else n end
                ),
                ' '
            ),
            round
    ) as place
from started
