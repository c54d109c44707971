-- Grain: a pair that is new to the training layers, or has another winner than before.
-- What changed is held against what was there, and named by the source that said most of it.
with changed as (
    select record_id as pair_id
    from manifest.changed
    where kind = 'pairs' and to_layer <> 'backflow' and (change in ('added', 'relabelled') or from_layer = 'backflow')
),
said as (
    select votes.vote_id, votes.pair_id, votes.rater_id, votes.stratum, votes.derived_from
    from evidence.votes as votes
    semi join changed on changed.pair_id = votes.pair_id
),
named as (
    select said.pair_id, given.source
    from said
    join ledger.votes as given on given.vote_id = said.vote_id
    where said.derived_from = 'vote'
    union all
    select said.pair_id, rated.source
    from said
    join (select distinct rater_id, supervisor || '/' || mode as stratum, source from ledger.ratings) as rated
        on rated.rater_id = said.rater_id and rated.stratum = said.stratum
    where said.derived_from = 'rating'
    union all
    select said.pair_id, behaved.source
    from said
    join (select distinct rater_id, supervisor || '/' || mode as stratum, source from ledger.events) as behaved
        on behaved.rater_id = said.rater_id and behaved.stratum = said.stratum
    where said.derived_from = 'event'
),
counted as (
    select pair_id, source, row_number() over (partition by pair_id order by count(*) desc, source) as place
    from named
    group by pair_id, source
)
select pair_id, source
from counted
where place = 1
