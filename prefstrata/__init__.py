"""prefstrata: the preference-data platform for post-training."""

from prefstrata._version import __version__

TYPE_CHECKING = False  # as typing has it; importing typing would cost more than all the rest
if TYPE_CHECKING:
    from prefstrata.trainers import checkout, load

__all__ = ["__version__", "checkout", "load"]


def __getattr__(name: str) -> object:
    """What training code needs, imported when it is used: ``import prefstrata`` itself costs nothing."""
    if name in {"checkout", "load"}:
        from prefstrata import trainers  # noqa: PLC0415 - see above

        return getattr(trainers, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
