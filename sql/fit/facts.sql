-- Grain: one row, what there is to fit.
-- Steps that nothing calls for are left out: most votes are not graded, most raters are nobody's copy, and few are models that
-- judge beside another family's.
select
    count(*) as votes,
    count(*) filter (where anchored) as anchors,
    count(*) filter (where grade is not null) as graded,
    count(*) filter (where kin > 0) as copied,
    count(*) filter (where families > 1) as modelled
from fit.votes
