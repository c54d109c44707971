"""Rules on responses: which response breaks which rule, what that says of a pair, and how far people agree."""

from prefstrata.rules._audit import Audited, audit
from prefstrata.rules._evaluate import broken_rules, try_rules
from prefstrata.rules._run import FORMAT, RuleRun, audit_rules, demand_rules, rules_wait, run_rules
from prefstrata.rules._votes import rule_views

__all__ = [
    "FORMAT",
    "Audited",
    "RuleRun",
    "audit",
    "audit_rules",
    "broken_rules",
    "demand_rules",
    "rule_views",
    "rules_wait",
    "run_rules",
    "try_rules",
]
