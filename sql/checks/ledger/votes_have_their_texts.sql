-- Bad row: a vote whose prompt or one of whose responses the ledger does not hold.
-- A vote about nothing cannot become evidence.
select votes.vote_id, votes.source, votes.batch_id, votes.line
from ledger.votes as votes
anti join ledger.responses as shown_first on shown_first.response_id = votes.left_id and shown_first.prompt_id = votes.prompt_id
union all
select votes.vote_id, votes.source, votes.batch_id, votes.line
from ledger.votes as votes
anti join ledger.responses as shown_second on shown_second.response_id = votes.right_id and shown_second.prompt_id = votes.prompt_id
union all
select votes.vote_id, votes.source, votes.batch_id, votes.line
from ledger.votes as votes
anti join ledger.prompts as prompts on prompts.prompt_id = votes.prompt_id
