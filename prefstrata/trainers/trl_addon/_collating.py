"""Batches that keep columns of the rows beside what TRL makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["COLUMNS", "WithColumns", "keep_columns"]

COLUMNS = ("weight", "p")


class WithColumns:
    """A collator that adds columns of numbers to the batches of another.

    Args:
        collator: makes a batch of rows.
        columns: the columns to add, each as a tensor with a number for each row; one that no row has is left out.
    """

    def __init__(
        self, collator: Callable[[list[dict[str, Any]]], dict[str, Any]], columns: Sequence[str] = COLUMNS
    ) -> None:
        """Wrap the collator."""
        self._collator, self._columns = collator, columns

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """The other's batch, and the columns.

        Raises:
            KeyError: some rows have a column and others have not.
        """
        import torch  # noqa: PLC0415 - whoever calls this has it

        batch = self._collator(rows)
        for column in self._columns:
            if any(column in row for row in rows):
                batch[column] = torch.tensor([row[column] for row in rows], dtype=torch.float)
        return batch


def keep_columns(trainer: Any) -> None:  # noqa: ANN401 - one of TRL's
    """Let a trainer's rows keep the columns through ``remove_unused_columns``, and its batches have them."""
    trainer.data_collator = WithColumns(trainer.data_collator)
