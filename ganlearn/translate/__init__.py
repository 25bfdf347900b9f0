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
from ganlearn.translate.outlines import outlines
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
    "edges_to_paintings",
    "folder_of_pairs",
    "folder_with_edges",
    "identity_loss",
    "outlines",
    "pairs",
    "photographs_and_paintings",
    "pix2pix",
    "receptive_field",
    "two_folders",
]
