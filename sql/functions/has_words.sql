-- Whether a text says anything; null, white space and line ends say nothing.
-- What begins with no white space sorts after the space, and is told by its first character (see trim_ends).
create or replace macro has_words(x) as
  case when x >= '!' then true else coalesce(trim_ends(replace(x, chr(13), '')), '') <> '' end;
