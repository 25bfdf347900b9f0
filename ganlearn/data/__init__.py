"""What the networks learn from: sources with ``draw(n, generator)``, ``shape``, ``to(device)``."""

from ganlearn.data.dataset import Dataset
from ganlearn.data.digits import digits
from ganlearn.data.downloads import data_root, torchvision_dataset
from ganlearn.data.folder import folder
from ganlearn.data.mixtures import Mixture, grid, ring, spiral
from ganlearn.data.paintings import SCHOOLS, Painting, paint, paintings, paintings_with_edges
from ganlearn.data.photograph_records import Photograph
from ganlearn.data.photographs import (
    photograph,
    photograph_names,
    photograph_record,
    photographs,
)
from ganlearn.data.source import Source

__all__ = [
    "SCHOOLS",
    "Dataset",
    "Mixture",
    "Painting",
    "Photograph",
    "Source",
    "data_root",
    "digits",
    "folder",
    "grid",
    "paint",
    "paintings",
    "paintings_with_edges",
    "photograph",
    "photograph_names",
    "photograph_record",
    "photographs",
    "ring",
    "spiral",
    "torchvision_dataset",
]
