-- The next 60 bits of a hexadecimal id as a bigint from 0; see hash_bits_high.
-- Two independent sums make an accidental match as unlikely as one of 120 bits.
create or replace macro hash_bits_low(id) as ('0x' || substr(id, 16, 15))::bigint;
