-- What a label tells of a pair, 0 to 1, beside one that is surely right: the square of its trust. A label that is right with
-- probability (1 + r) / 2 has r² of the Fisher information that a sure one has where both sides are even; r is its trust.
create or replace macro information_of(trust) as trust * trust;
