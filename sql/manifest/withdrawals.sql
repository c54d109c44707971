-- Grain: one row, the withdrawals of consent.
-- How much of the ledger a release leaves out because those it came from took consent back; never whose it is.
select
    -- One user may be several raters, and has withdrawn once.
    (
        select count(distinct case when subject like '%:%' then subject else 'user:' || subject end) from ledger.withdrawals
    ) as subjects,
    (select count(*) from ledger.events semi join evidence.withdrawn as gone on gone.rater_id = events.rater_id) as events,
    (select count(*) from ledger.votes semi join evidence.withdrawn as gone on gone.rater_id = votes.rater_id)
        + (select count(*) from ledger.ratings semi join evidence.withdrawn as gone on gone.rater_id = ratings.rater_id)
        + (select count(*) from ledger.steps semi join evidence.withdrawn as gone on gone.rater_id = steps.rater_id where steps.reward is not null)
        as judgements
