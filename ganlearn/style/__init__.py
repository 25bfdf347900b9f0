"""Style transfer: what a network sees, statistics of it, and three ways to use them.

Pictures are red, green and blue in [0, 1], shape (n, 3, height, width). Where to look:

- **seeing**: ``features``, ``networks`` (the shipped one and its decoder), ``random``, ``vgg19``;
  ``see`` and ``heat`` show what a network has seen.
- **style as numbers**: ``statistics``, made of ``moments``, ``sliced`` and ``transport``.
- **pixels descend a loss**: ``optimise``, made of ``objective``, ``presets``, ``pyramid``,
  ``descent``, ``tiles`` and ``memory``.
- **one pass**: ``adain`` for any style; ``transfer_network``, ``fast_training``, ``fast`` and
  ``fast_shelf`` for networks that were trained for theirs.
- **pictures that move**: ``frames``, ``motion``, ``video``.
- **for all of them**: ``pictures``, ``material``, ``colour``, ``regions``, ``stylized``.
- **how good it is**: ``judge``, and ``blind`` for people.
"""

from ganlearn.style.adain import AnyStyle, stylize_any
from ganlearn.style.blind import BlindTest
from ganlearn.style.fast import FastStyle, load_fast
from ganlearn.style.fast_shelf import fast_for, schools, stylize_fast
from ganlearn.style.fast_training import train_fast
from ganlearn.style.features import Extractor, vgg
from ganlearn.style.heat import grad_cam
from ganlearn.style.judge import Judgement, default_judge, judge, pareto, sweep
from ganlearn.style.moments import gram, mean_cov, mean_std
from ganlearn.style.networks import decoder, perceptual
from ganlearn.style.objective import Objective, relative, total_variation
from ganlearn.style.optimise import stylize
from ganlearn.style.pictures import read, resize, to_image
from ganlearn.style.presets import DEFAULT, GATYS2016, Preset
from ganlearn.style.random import random_features
from ganlearn.style.see import invert, maximise
from ganlearn.style.sliced import sliced
from ganlearn.style.statistics import GRAM, MEAN_COV, MEAN_STD, SLICED, STATISTICS, Statistic
from ganlearn.style.stylized import Stylized
from ganlearn.style.transfer_network import TransferNetwork
from ganlearn.style.vgg19 import vgg19

__all__ = [
    "DEFAULT",
    "GATYS2016",
    "GRAM",
    "MEAN_COV",
    "MEAN_STD",
    "SLICED",
    "STATISTICS",
    "AnyStyle",
    "BlindTest",
    "Extractor",
    "FastStyle",
    "Judgement",
    "Objective",
    "Preset",
    "Statistic",
    "Stylized",
    "TransferNetwork",
    "decoder",
    "default_judge",
    "fast_for",
    "grad_cam",
    "gram",
    "invert",
    "judge",
    "load_fast",
    "maximise",
    "mean_cov",
    "mean_std",
    "pareto",
    "perceptual",
    "random_features",
    "read",
    "relative",
    "resize",
    "schools",
    "sliced",
    "stylize",
    "stylize_any",
    "stylize_fast",
    "sweep",
    "to_image",
    "total_variation",
    "train_fast",
    "vgg",
    "vgg19",
]
