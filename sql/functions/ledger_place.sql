-- The place of a record among all that are read in a run: its file's, and its line in it.
-- 2^40: no file has as many records, so one number is both, in ledger order.
create or replace macro ledger_place(file, line) as file * 1099511627776 + line;
