"""What the judge engine promises, at full size: faults, kills, recorded judges, injected texts.

The tests run the same small.
"""
