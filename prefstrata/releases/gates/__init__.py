"""Gates: what a release is held against before it is published, and who may say yes to a major change."""

from prefstrata.releases.gates._approval import Approval
from prefstrata.releases.gates._drafts import forget_drafts, keep_draft, kept_drafts
from prefstrata.releases.gates._judging import Judged, judge
from prefstrata.releases.gates._telling import after_verdict, blocked_error

__all__ = [
    "Approval",
    "Judged",
    "after_verdict",
    "blocked_error",
    "forget_drafts",
    "judge",
    "keep_draft",
    "kept_drafts",
]
