-- Grain: a staged batch that must not be appended, because the ledger has it already or it was staged twice.
-- The ledger step stops on any such row: its rows would count twice.
select staged.batch_id
from staging.batches as staged
left join ledger.batches as known on known.batch_id = staged.batch_id
group by staged.batch_id
having count(*) > 1 or count(known.batch_id) > 0
order by staged.batch_id
