"""Example projects that ship with the checkout."""
