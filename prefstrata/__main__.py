"""``python -m prefstrata`` is the command."""

import sys

from prefstrata.cli import main

sys.exit(main())
