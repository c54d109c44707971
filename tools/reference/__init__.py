"""The pages of ``docs/reference/`` that are written from the code, so that they cannot drift from it.

``make docs`` (``python -m tools.reference``) writes them; a test fails when one of them is stale.
"""

from tools.reference._markdown import GENERATED
from tools.reference._pages import PAGES, ROOT, stale, write

__all__ = ["GENERATED", "PAGES", "ROOT", "stale", "write"]
