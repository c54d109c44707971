-- Grain: an annotation round, and the one that votes without a round are in.
-- What is said again is held against what was said before, so rounds go in the order in which the first of each was decided. Of those
-- without a time, what has no round is the first of all and the others, which ask again, are last. What time does not tell apart goes
-- by name, with numbers as numbers: round-12 comes after round-2.
with decided as (
    select coalesce(round, '') as round, decided_at
    from evidence.votes
    union all
    select coalesce(round, '') as round, decided_at
    from evidence.normalised_ratings
),
started as (
    select round, min(decided_at) as began
    from decided
    group by round
)
select
    round, began,
    row_number() over (
        order by
            case when began is not null then 2 when round = '' then 1 else 3 end,
            began,
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
