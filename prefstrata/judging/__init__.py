"""Model judges: what they are asked, what it may cost, and what becomes of their answers."""

from prefstrata.judging._asked import Asked, Progress, look_up
from prefstrata.judging._asking import ask
from prefstrata.judging._candidates import Candidates, Written, sift, similarity
from prefstrata.judging._costs import Cost
from prefstrata.judging._exam import Card, Drift, grade
from prefstrata.judging._generate import GenerateRun, generate_candidates
from prefstrata.judging._journal import Journal, open_journal, read_journal
from prefstrata.judging._money import Caps, Rate, dollars, micro
from prefstrata.judging._parsing import Parsed, parse
from prefstrata.judging._question import Item, Question, compare, generate, score, walk
from prefstrata.judging._quoting import cleaned, flags, mark_for, quoted
from prefstrata.judging._report import report_judges, spent_by_rater
from prefstrata.judging._rubrics import Rubric, rubric_for
from prefstrata.judging._run import plan_judges, run_judges
from prefstrata.judging._summaries import JudgeReport, JudgeRun, Planned
from prefstrata.judging._verdicts import records

__all__ = [
    "Asked",
    "Candidates",
    "Caps",
    "Card",
    "Cost",
    "Drift",
    "GenerateRun",
    "Item",
    "Journal",
    "JudgeReport",
    "JudgeRun",
    "Parsed",
    "Planned",
    "Progress",
    "Question",
    "Rate",
    "Rubric",
    "Written",
    "ask",
    "cleaned",
    "compare",
    "dollars",
    "flags",
    "generate",
    "generate_candidates",
    "grade",
    "look_up",
    "mark_for",
    "micro",
    "open_journal",
    "parse",
    "plan_judges",
    "quoted",
    "read_journal",
    "records",
    "report_judges",
    "rubric_for",
    "run_judges",
    "score",
    "sift",
    "similarity",
    "spent_by_rater",
    "walk",
]
