"""Scores of what a generator makes."""

from ganlearn.metrics.copies import Memorisation, memorisation
from ganlearn.metrics.evaluation import Evaluation, evaluate
from ganlearn.metrics.extraction import Features, extract, features
from ganlearn.metrics.extrapolation import Extrapolation, fid_infinity
from ganlearn.metrics.frechet import frechet_distance, gaussian_frechet
from ganlearn.metrics.given import Estimate
from ganlearn.metrics.inception import inception_score
from ganlearn.metrics.kernel import kernel_distance, squared_mmd
from ganlearn.metrics.modes import ModeCoverage, mixture_coverage, mode_coverage
from ganlearn.metrics.neighbours import Neighbourhood, neighbourhood
from ganlearn.metrics.recognition import Recognition, recognise, train_classifier
from ganlearn.metrics.transport import Transport, optimal_transport, wasserstein_1d
from ganlearn.metrics.two_sample import TwoSample, binomial_tail, two_sample_test

__all__ = [
    "Estimate",
    "Evaluation",
    "Extrapolation",
    "Features",
    "Memorisation",
    "ModeCoverage",
    "Neighbourhood",
    "Recognition",
    "Transport",
    "TwoSample",
    "binomial_tail",
    "evaluate",
    "extract",
    "features",
    "fid_infinity",
    "frechet_distance",
    "gaussian_frechet",
    "inception_score",
    "kernel_distance",
    "memorisation",
    "mixture_coverage",
    "mode_coverage",
    "neighbourhood",
    "optimal_transport",
    "recognise",
    "squared_mmd",
    "train_classifier",
    "two_sample_test",
    "wasserstein_1d",
]
