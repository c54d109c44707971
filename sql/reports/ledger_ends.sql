-- Grain: the ledger, by the last seq of each table that holds texts.
-- How far a search for personal data has come when it has gone through all there is; 0 where there is nothing.
select
    (select coalesce(max(seq), 0) from ledger.prompts) as prompts,
    (select coalesce(max(seq), 0) from ledger.responses) as responses,
    (select coalesce(max(seq), 0) from ledger.steps) as steps,
    (select coalesce(max(seq), 0) from ledger.votes) as votes,
    (select coalesce(max(seq), 0) from ledger.ratings) as ratings,
    (select coalesce(max(seq), 0) from ledger.events) as events
