"""What the networks learn from: sources with ``draw(n, generator)``, ``shape``, ``to(device)``."""

from ganlearn.data.dataset import Dataset
from ganlearn.data.digits import digits
from ganlearn.data.mixtures import Mixture, grid, ring, spiral
from ganlearn.data.paintings import SCHOOLS, Painting, paint, paintings

__all__ = [
    "SCHOOLS",
    "Dataset",
    "Mixture",
    "Painting",
    "digits",
    "grid",
    "paint",
    "paintings",
    "ring",
    "spiral",
]
