-- Grain: a batch of this run and a reason for which records of it were refused, the most frequent first.
-- With the first record that has it, so that whoever reads the reason need not look up what it means here.
-- Asked while the staging rows are still there, for the summary that the run prints.
select batch_id, reason, count(*) as records, min(line) as line, arg_min(detail, line) as detail
from staging.rejects
group by batch_id, reason
order by batch_id, records desc, reason
