"""Sources: from files of any shape to typed records, and from those to the statements of the ledger."""
