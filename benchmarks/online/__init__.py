"""Online feedback on a simulated product whose truth is known: what is estimated, what it is worth, what it costs."""
