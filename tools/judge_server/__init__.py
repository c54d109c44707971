"""An OpenAI-compatible server on loopback, for the tests of the judges and for the offline demo.

Real HTTP, the published shapes, scripted or recorded judges, faults on demand, and a ledger of what would have been
paid. The same seed gives the same answers and the same faults. It is no model: it reads the quality of an answer from a
table, or makes it up.
"""

from tools.judge_server._process import JudgeServer
from tools.judge_server._profiles import Profile, quality
from tools.judge_server._settings import FAULTS, Settings

__all__ = ["FAULTS", "JudgeServer", "Profile", "Settings", "quality"]
