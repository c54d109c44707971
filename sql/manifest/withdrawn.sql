-- Grain: one row, the withdrawals of consent.
-- How much of the ledger a release leaves out because those it came from took consent back; never whose it is.
select
    (select count(*) from ledger.withdrawals) as subjects,
    (
        select count(*) from ledger.events
        semi join ledger.withdrawals as gone on gone.subject = events.user_id
    ) as events,
    (
        select count(*) from ledger.votes
        semi join ledger.withdrawals as gone on 'user:' || gone.subject = votes.rater_id
    ) + (
        select count(*) from ledger.ratings
        semi join ledger.withdrawals as gone on 'user:' || gone.subject = ratings.rater_id
    ) + (
        select count(*) from ledger.steps
        semi join ledger.withdrawals as gone on 'user:' || gone.subject = steps.rater_id
    ) as judgements
