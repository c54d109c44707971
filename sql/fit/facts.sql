-- Grain: one row, what there is to fit.
-- Steps that nothing calls for are left out: most votes are not graded, and most raters are nobody's copy.
select
    count(*) as votes,
    count(*) filter (where anchored) as anchors,
    count(*) filter (where grade is not null) as graded,
    count(*) filter (where kin > 0) as copied
from fit.votes
