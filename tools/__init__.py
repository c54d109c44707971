"""What the checkout needs and the wheel does not: checks, generated pages, a browser to look with."""
