"""Rules on responses: which response breaks which rule, what that says of a pair, and how far people agree."""

from prefstrata.rules._audit import Audited, audit
from prefstrata.rules._evaluate import broken_rules
from prefstrata.rules._votes import rule_votes

__all__ = ["Audited", "audit", "broken_rules", "rule_votes"]
