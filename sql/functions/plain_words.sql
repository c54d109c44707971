-- A text as the words it says: without case, letters and digits only, one space between words; null stays null.
-- Two texts that differ in case, space or punctuation alone have the same words.
create or replace macro plain_words(x) as trim(regexp_replace(case_folded(x), '[^\p{L}\p{N}]+', ' ', 'g'));
