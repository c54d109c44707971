-- Whether a text has anything that looks like an address, a number of a person or one of an account; null stays null.
-- It is asked of every text, so that only the few that it is true of are read closely: whatever is found by prefstrata/privacy has one
-- of these shapes. In the order of the parts: a sign at; seven digits with at most three signs between two of them; addresses of the
-- net, in both versions; letters and digits as accounts and national ids mix them.
create or replace macro may_be_personal(x) as
  regexp_matches(
    x,
    '@[\p{L}\p{N}]|[0-9]([ \x{a0}().\-/]{0,3}[0-9]){6}|[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]|[23][0-9A-Fa-f]{3}:[0-9A-Fa-f:]{2}|[A-Z]{2}[0-9]{2}[ \-]?[A-Z0-9]{4}[ \-]?[A-Z0-9]{4}|[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]|[A-Z]{4}[0-9]{6}[A-Z]|[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z]|[0-9]{6}[+A][0-9]{3}'
  );
