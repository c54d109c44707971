-- Bad row: a place in a trace at which the ledger has two texts.
-- Rewards of several raters are averaged by place; with two texts there, some would reward a step that nobody showed them.
select
    trace_id, "index", count(distinct text_field(output)) as outputs, count(distinct text_field(state)) as states
from ledger.steps
group by trace_id, "index"
having count(distinct text_field(output)) > 1 or count(distinct text_field(state)) > 1
