"""The way through: sources, ledger, evidence, noise, weighting, layers, release. Knows no orchestrator."""

from prefstrata.pipeline._answers import ANSWERS, Imported, import_answers
from prefstrata.pipeline._checks import CheckResult, check_meaning
from prefstrata.pipeline._lock import alone
from prefstrata.pipeline._plan import COMPUTED, STAGES, Stage, stage_of
from prefstrata.pipeline._run import Progress, RunSummary, run
from prefstrata.pipeline._session import Session, open_session
from prefstrata.pipeline._told import briefly
from prefstrata.pipeline._withdraw import Withdrawn, withdraw
from prefstrata.pipeline._withdrawals import project_withdrawals
from prefstrata.pipeline._work import Work, ledger_work, reads_of, rows_of
from prefstrata.project import open_project_store

__all__ = [
    "ANSWERS",
    "COMPUTED",
    "STAGES",
    "CheckResult",
    "Imported",
    "Progress",
    "RunSummary",
    "Session",
    "Stage",
    "Withdrawn",
    "Work",
    "alone",
    "briefly",
    "check_meaning",
    "import_answers",
    "ledger_work",
    "open_project_store",
    "open_session",
    "project_withdrawals",
    "reads_of",
    "rows_of",
    "run",
    "stage_of",
    "withdraw",
]
