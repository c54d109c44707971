-- Bad row: a seq that two prompts or two responses share, or a text without one.
-- Later steps find a text by its seq; a shared one would give a pair two texts.
select 'prompts' as name, seq, count(*) as times from ledger.prompts group by seq having count(*) > 1 or seq is null
union all
select 'responses', seq, count(*) from ledger.responses group by seq having count(*) > 1 or seq is null
