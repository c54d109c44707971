-- How far up a layer stands: 1 for golden, 5 for backflow; null for what is no layer. A record is promoted when its rank falls.
-- The order is that of the trust a trainer may put into a layer.
create or replace macro layer_rank(layer) as
  case layer when 'golden' then 1 when 'expert' then 2 when 'main' then 3 when 'weak' then 4 when 'backflow' then 5 end;
