"""The game with labels: the data are pairs (sample, class), and the generator is told the class.

It is the plain game of chapter 03, played at fixed labels: for each batch the discriminator becomes
a function of samples alone, ``lambda x: discriminator(with_planes(x, y))``, so every loss, penalty
and rule of the course works as it is.
"""

from ganlearn.conditional.asking import ask, in_order, rows
from ganlearn.conditional.game import ConditionalGame, Pairs
from ganlearn.conditional.rule import AtFixedLabels, at_fixed_labels, classification_loss
from ganlearn.conditional.source import Labelled, digits_by_class, paintings_by_school

__all__ = [
    "AtFixedLabels",
    "ConditionalGame",
    "Labelled",
    "Pairs",
    "ask",
    "at_fixed_labels",
    "classification_loss",
    "digits_by_class",
    "in_order",
    "paintings_by_school",
    "rows",
]
