-- Bad row: a user or a day of a cohort that holds more of the released weight than the policy allows.
-- One user, or one day's crowd, must not steer a version. Where nobody else holds weight and there are too few of them, no weights can
-- keep the limit: that is said with the shortfall, and is no bad row.
select holder, most, holders, limited, reached, others, shortfall
from weighting.limits
where reached > most and others > 0.001
