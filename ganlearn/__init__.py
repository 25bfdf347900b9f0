"""ganlearn: the library that the course's chapters derive and then import.

Import a room, not the house: ``from ganlearn import data, losses, nets, training``.
"""

import os

__version__ = "0.1.0"

# OpenMP threads that wait by spinning make a small network 40 times slower as soon as another
# program wants the same cores. Waiting asleep costs almost nothing on an idle machine. The
# setting is read once, when torch starts its threads, so it has to be made before torch is
# imported; a value that the user has chosen stays. Measured in benchmarks/threads.py.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
