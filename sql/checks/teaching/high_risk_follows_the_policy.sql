-- Bad row: two dimensions at high risk of which the data surely lets the one win that the policy ranks lower.
-- A version that teaches the opposite of its policy where a wrong answer hurts may not be published.
select scenario, upper, lower, pairs, follows, high
from teaching.ordering
where risk_level = 'high' and contradicts
