-- The part that a hexadecimal id belongs to, 0 to 63: parts are what intervals resample.
-- Any other text has a part too; only hashes spread evenly.
create or replace macro bootstrap_part(id) as
  (strpos('123456789abcdef', substr(id, 1, 1)) * 4 + strpos('123456789abcdef', substr(id, 2, 1)) % 4);
