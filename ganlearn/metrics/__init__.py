"""Scores of what a generator makes."""

from ganlearn.metrics.recognition import Recognition, recognise, train_classifier

__all__ = ["Recognition", "recognise", "train_classifier"]
