-- Whether a side leads: it is ahead of the other by the margin, and more probable than a tie.
-- Equal sides never lead, whatever the margin; the lead is rounded, so that 0.35 against 0.25 is a lead of 0.1.
create or replace macro leads(p_a, p_tie, p_b, margin) as
  p_a <> p_b and round(abs(p_a - p_b), 9) >= margin and greatest(p_a, p_b) > p_tie;
