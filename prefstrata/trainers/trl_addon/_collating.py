"""Batches that keep columns of the rows beside what TRL makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["KeepsColumns", "WithColumns"]

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


class KeepsColumns:
    """What a trainer needs for the columns to reach its loss; a mixin, to stand before TRL's trainer."""

    def __init__(self, *args: Any, soft_labels: bool = True, **kwargs: Any) -> None:  # noqa: ANN401 - TRL's
        """Make the trainer as TRL does, then let its batches have the columns."""
        self._soft_labels = soft_labels
        super().__init__(*args, **kwargs)
        self.data_collator = WithColumns(self.data_collator)  # type: ignore[has-type]

    def _set_signature_columns_if_needed(self) -> None:
        """Let the rows keep the columns through ``remove_unused_columns``."""
        super()._set_signature_columns_if_needed()  # type: ignore[misc]
        columns: list[str] = getattr(self, "_signature_columns", [])
        self._signature_columns = list(dict.fromkeys([*columns, *COLUMNS]))
