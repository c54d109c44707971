"""Personal data in texts: found once, counted, and replaced by placeholders in everything that leaves the ledger."""

from prefstrata.privacy._checkers import searched_with
from prefstrata.privacy._demanding import demand_searched, wanted_by
from prefstrata.privacy._finding import Found, find, masked, placeholder
from prefstrata.privacy._restoring import restored
from prefstrata.privacy._searching import COMPUTED, Setting, search_anew, search_texts

__all__ = [
    "COMPUTED",
    "Found",
    "Setting",
    "demand_searched",
    "find",
    "masked",
    "placeholder",
    "restored",
    "search_anew",
    "search_texts",
    "searched_with",
    "wanted_by",
]
