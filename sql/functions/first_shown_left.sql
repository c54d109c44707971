-- Whether side a of a pair stands left when people are asked about it in a queue: a coin that the policy's seed tosses.
-- A habit of the eye then favours neither the better nor the first written of two responses.
create or replace macro first_shown_left(seed, queue, pair_id) as
  hash_bits_low(short_hash(concat_ws('/', cast(seed as varchar), 'side', queue, pair_id))) % 2 = 0;
