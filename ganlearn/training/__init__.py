"""Playing the game: phases, the trainer, its state on disk, and many games at once."""

from ganlearn.game import (
    ALTERNATING,
    Game,
    Phase,
    discriminator_objective,
    generator_objective,
)
from ganlearn.training.doctor import Diagnosis, Finding, diagnose
from ganlearn.training.ema import EMA
from ganlearn.training.ensemble import Ensemble, EnsembleReport
from ganlearn.training.idle import idle
from ganlearn.training.log import Report
from ganlearn.training.meter import NotFinite
from ganlearn.training.trainer import Trainer

__all__ = [
    "ALTERNATING",
    "EMA",
    "Diagnosis",
    "Ensemble",
    "EnsembleReport",
    "Finding",
    "Game",
    "NotFinite",
    "Phase",
    "Report",
    "Trainer",
    "diagnose",
    "discriminator_objective",
    "generator_objective",
    "idle",
]
