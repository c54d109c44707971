-- The id of a text: the first 128 bits of its SHA-256 as 32 lower-case hexadecimal digits; null stays null.
-- 128 bits keep a collision out of reach for any ledger, at half the bytes in every row.
create or replace macro short_hash(x) as left(sha256(x), 32);
