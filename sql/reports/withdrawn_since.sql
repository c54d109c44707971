-- Grain: a withdrawal that the evidence does not know of yet.
-- What a run built before it holds what was taken back: nobody is to be asked about that.
select distinct withdrawals.subject
from ledger.withdrawals as withdrawals
anti join evidence.withdrawn as known
    on known.rater_id = case when withdrawals.subject like '%:%' then withdrawals.subject else 'user:' || withdrawals.subject end
where withdrawals.subject is not null
