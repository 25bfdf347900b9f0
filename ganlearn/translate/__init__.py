"""Adversarial translation: a generator that starts from a picture, paired and unpaired.

Pictures here lie in [-1, 1], (n, channels, height, width), as for every GAN of the course.
"""

from ganlearn.translate.cyclegan import (
    CycleGAN,
    Judges,
    Translators,
    cycle_loss,
    cyclegan,
    identity_loss,
)
from ganlearn.translate.measures import detail, lines_kept, style_distance
from ganlearn.translate.outlines import drawn_lines, outlines
from ganlearn.translate.pairs import (
    Unpaired,
    edges_to_paintings,
    folder_of_pairs,
    folder_with_edges,
    pairs,
    photographs_and_paintings,
    two_folders,
)
from ganlearn.translate.patchgan import PatchGAN, receptive_field
from ganlearn.translate.pix2pix import L1_ALONE, Pix2Pix, pix2pix
from ganlearn.translate.pool import Pool
from ganlearn.translate.shipped import shipped
from ganlearn.translate.unet import UNet

__all__ = [
    "L1_ALONE",
    "CycleGAN",
    "Judges",
    "PatchGAN",
    "Pix2Pix",
    "Pool",
    "Translators",
    "UNet",
    "Unpaired",
    "cycle_loss",
    "cyclegan",
    "detail",
    "drawn_lines",
    "edges_to_paintings",
    "folder_of_pairs",
    "folder_with_edges",
    "identity_loss",
    "lines_kept",
    "outlines",
    "pairs",
    "photographs_and_paintings",
    "pix2pix",
    "receptive_field",
    "shipped",
    "style_distance",
    "two_folders",
]
