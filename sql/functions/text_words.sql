-- The distinct words of a text, the longest first: rare words are long, and what compares texts looks at the rare ones first.
-- Each word begins with a letter that stands for its length, z for none; the order is the same on every engine. Null stays null.
create or replace macro text_words(x) as
  list_sort(list_transform(
    list_distinct(string_split(plain_words(x), ' ')),
    lambda w: substr('zyxwvutsrqponmlkjihgfedcba', least(length(w), 25) + 1, 1) || w
  ));
