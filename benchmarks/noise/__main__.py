"""A first cut: the quick peers against the truth."""

import sys

from benchmarks.noise.measures import score
from benchmarks.noise.peers import QUICK, estimates
from benchmarks.noise.simulate import NAMES, simulations

for name in sys.argv[1:] or NAMES:
    for seed in (1, 2, 3):
        simulation = simulations(seed, [name])[name]
        found = {m: score(e, simulation.items) for m, e in estimates(simulation.votes, QUICK).items()}
        said = " | ".join(f"{m} {s.accuracy:.3f} decided {s.decided:.3f} ece {s.ece:.3f}" for m, s in found.items())
        sys.stdout.write(f"{name:14} {seed} {said}\n")
