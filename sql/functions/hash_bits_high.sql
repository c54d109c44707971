-- The first 60 bits of a hexadecimal id as a bigint from 0.
-- Sums of them over many ids (as decimal(38, 0)) say in any order whether two sets of rows are the same set.
create or replace macro hash_bits_high(id) as ('0x' || substr(id, 1, 15))::bigint;
