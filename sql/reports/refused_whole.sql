-- Grain: a file whose records were all refused, at its last reading.
-- With the reason that most of them have, and the first that has it. A file of which something was accepted since, and one whose records the mapping's `where`
-- leaves out, are as they should be. What is before the first dash of a batch's id says which bytes they are.
with files as (
    select source, uri, split_part(batch_id, '-', 1) as content, max(seq) as seq, max(read) as records
    from ledger.batches
    group by source, uri, split_part(batch_id, '-', 1)
    having sum(accepted) = 0 and sum(read) > 0
),

taken as (
    select source, uri, max(seq) as seq
    from ledger.batches
    where accepted > 0
    group by source, uri
),

counted as (
    select
        batches.seq,
        quarantine.reason,
        min(quarantine.line) as line,
        arg_min(quarantine.detail, quarantine.line) as detail,
        row_number() over (partition by batches.seq order by count(*) desc, quarantine.reason) as place
    from ledger.batches as batches
    join files on files.seq = batches.seq
    join ledger.quarantine as quarantine on quarantine.batch_id = batches.batch_id
    group by batches.seq, quarantine.reason
)

select files.source, files.uri, files.records, counted.reason, counted.line, counted.detail
from files
join counted on counted.seq = files.seq and counted.place = 1
left join taken on taken.source = files.source and taken.uri = files.uri
where coalesce(taken.seq < files.seq, true) and counted.reason <> 'filtered'
order by files.seq
