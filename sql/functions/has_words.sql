-- Whether a text says anything; null, white space of any script, line ends and what shows as nothing say nothing.
-- What begins with a visible character of ASCII is told by it. Otherwise a character must be found that is no separator (Z: the space
-- that does not break, the ideographic one, …), no control (Cc), no format character (Cf: zero width space, byte order mark, …), and none
-- of the letters and signs that are drawn as nothing: the fillers of Hangul and the Braille pattern without a dot.
create or replace macro has_words(x) as
  case when x >= '!' and x < chr(127) then true else coalesce(regexp_matches(x, '[^\p{Z}\p{Cc}\p{Cf}\x{115F}\x{1160}\x{2800}\x{3164}\x{FFA0}]'), false) end;
