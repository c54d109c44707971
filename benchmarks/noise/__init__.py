"""What the rater model is measured with: simulations with known truth, real slices, named peers, and the measures.

``python -m benchmarks.noise`` prints one table; README.md beside this file says what its rows and columns mean.
"""

from benchmarks.noise.simulate import Simulation, simulations

__all__ = ["Simulation", "simulations"]
