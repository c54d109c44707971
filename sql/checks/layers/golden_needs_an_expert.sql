-- Bad row: a golden record that no expert judged offline.
-- The anchor of everything may not rest on users, judges or rules, whatever a policy says.
select golden.kind, golden.record_id, golden.rule, golden.stratum
from layers.golden as golden
join weighting.records as records on records.kind = golden.kind and records.record_id = golden.record_id
where coalesce(array_length(list_filter(records.strata, lambda s: s.stratum = 'expert/offline')), 0) = 0
