-- A text in its one spelling: Unicode NFC, every line end a line feed, no white space at either end (space, tab,
-- line feed, vertical tab, form feed, carriage return; no others). Null stays null. Applying it twice changes nothing.
-- The cases keep ordinary text on a path of plain byte comparisons: the rewriting calls cost ten times as much.
create or replace macro normalise_text(x) as
  trim_ends(
    case
      when contains(x, chr(13)) then replace(replace(nfc_normalize(x), chr(13) || chr(10), chr(10)), chr(13), chr(10))
      else nfc_normalize(x)
    end
  );
