-- Trust in a label, 0 to 1: the share that the evidence has in itself plus one vote, times the share of it that agrees.
-- A single vote is trusted no more than by half, however reliable: nobody has confirmed it.
create or replace macro trust_of(evidence, disagreement) as evidence / (evidence + 1) * (1 - disagreement);
