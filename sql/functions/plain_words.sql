-- A text as the words it says: without case, letters and digits only, one space between words; null stays null.
-- Two texts that differ in case, space or punctuation alone have the same words. Spaces stand until the end: most of what parts words is
-- one space, and to put another in the place of each costs more than all the rest.
create or replace macro plain_words(x) as
  trim(regexp_replace(regexp_replace(case_folded(x), '[^\p{L}\p{N} ]+', ' ', 'g'), ' {2,}', ' ', 'g'));
