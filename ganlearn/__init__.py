"""ganlearn: the library that the course's chapters derive and then import.

Import a room, not the house: ``from ganlearn import data, losses, nets, training``.
"""

import os

__version__ = "0.1.0"

# Threads of GNU's OpenMP (torch on Linux) that wait for each other spin for some milliseconds.
# When another program wants the same cores, that makes a small network fifty times slower; not to
# spin at all makes it slower than one thread even on an idle machine. A tenth of a millisecond
# keeps the speed of the one and bounds the loss of the other. It is read once, when torch is
# loaded, so it has to be set before; what the user has chosen stays. Measured in
# benchmarks/threads.py.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "5000")
