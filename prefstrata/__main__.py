"""``python -m prefstrata``: the command."""

from __future__ import annotations

import sys

from prefstrata.cli import main

if __name__ == "__main__":
    sys.exit(main())
