-- Bad row: a task whose policy refuses to mix versions, and of which too many pairs or votes are mixed.
-- What was judged under another version may answer another question. Judge it again, or let the policy allow it.
select scenario, task, policies, pairs, mixed, votes, others, share, most
from weighting.mixing
where refused and share > most
