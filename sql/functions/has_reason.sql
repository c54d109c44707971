-- Whether somebody gave a reason: a rationale or a tag that says anything.
-- Asked where reasons count, so that the ledger keeps what was given as it was given: of that the ids are made.
create or replace macro has_reason(rationale, tags) as
  has_words(rationale) or coalesce(array_length(list_filter(tags, lambda t: has_words(t))), 0) > 0;
