-- Grain: a trace, the prompt as text, a label per step.
-- Stepwise supervision as TRL and Axolotl read it: both set the steps behind the prompt as they are.
select
    place, split,
    spoken(system, turns) || ' ' as prompt,
    completions, labels, weight
from checkout.traces
