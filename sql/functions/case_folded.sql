-- A text without case, for comparing: the same on every engine, whose `lower` differ in Σ at a word's end and in İ.
-- ß is ss, as it is in capitals; ς is σ; the i with a dot and the i without one are i. The third `replace` takes the dot above (U+0307)
-- away, which stands apart from its letter. Null stays null.
create or replace macro case_folded(x) as
  replace(replace(replace(replace(lower(x), 'ς', 'σ'), 'ı', 'i'), '̇', ''), 'ß', 'ss');
