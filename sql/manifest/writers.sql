-- Grain: a generator whose responses the batches of the release before brought.
-- A manifest holds the heaviest generators; one that weighed less was there all the same, and is not new when it weighs more.
select distinct responses.generator
from ledger.responses as responses
join manifest.known as known on known.batch_id = responses.batch_id
where responses.generator is not null
order by responses.generator
