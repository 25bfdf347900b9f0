"""A set of samples held in memory: the simplest source a generative model can learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganlearn import runtime
from ganlearn.data.source import changed, check_same_device
from ganlearn.errors import UserError


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples, and labels where there are some.

    Attributes:
        samples: (n, *shape) float32; pictures are (n, channels, height, width) in [-1, 1].
        labels: (n,) int64 class of each sample, or None.
        label_names: the name of each class, where classes have names.
        name: for titles and messages.

    Raises:
        UserError: when the parts do not fit together.

    Taught in chapter 03.
    """

    samples: Tensor
    labels: Tensor | None = None
    label_names: Sequence[str] = ()
    name: str = ""

    def __post_init__(self) -> None:
        called = f"The dataset {self.name!r}" if self.name else "The dataset"
        if not isinstance(self.samples, Tensor):
            raise UserError(
                f"{called} has samples of type {type(self.samples).__name__}; give a tensor, for "
                f"example torch.as_tensor(samples, dtype=torch.float32)."
            )
        if self.samples.ndim < 2 or len(self.samples) == 0:
            raise UserError(
                f"{called} has samples of shape {tuple(self.samples.shape)}; "
                f"give at least one sample, as a tensor of shape (n, *shape of one sample)."
            )
        if self.samples.dtype != torch.float32:
            raise UserError(
                f"{called} has samples of type {self.samples.dtype}; convert them with .float() "
                f"and scale pictures to [-1, 1]."
            )
        if not bool(self.samples.isfinite().all()):
            raise UserError(
                f"{called} has samples with NaN or infinite values; a network would spread them to "
                f"every weight, so find and remove them first."
            )
        if self.labels is None:
            return
        if self.labels.shape != (len(self.samples),) or self.labels.dtype != torch.int64:
            raise UserError(
                f"{called} has {len(self.samples)} samples and labels of shape "
                f"{tuple(self.labels.shape)} and type {self.labels.dtype}; "
                f"give one whole number (int64) a sample."
            )
        if self.label_names and not (
            self.labels.min() >= 0 and self.labels.max() < len(self.label_names)
        ):
            raise UserError(
                f"{called} has labels from {int(self.labels.min())} to {int(self.labels.max())} "
                f"and {len(self.label_names)} names; give every class a name, counted from 0."
            )

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one sample."""
        return tuple(self.samples.shape[1:])

    @property
    def device(self) -> torch.device:
        """Where the samples are, and so where a generator for :meth:`draw` must be."""
        return self.samples.device

    def to(self, device: torch.device | str) -> Dataset:
        """The same dataset on another device."""
        labels = None if self.labels is None else self.labels.to(device)
        return changed(self, samples=self.samples.to(device), labels=labels)

    def draw(self, n: int, generator: torch.Generator) -> Tensor:
        """n samples (n, *shape), each drawn independently and with replacement."""
        return self.samples[self._indices(n, generator)]

    def draw_labelled(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """n samples as :meth:`draw` gives them, and their labels (n,).

        Raises:
            UserError: when the dataset has no labels.
        """
        if self.labels is None:
            raise UserError(f"The dataset {self.name!r} has no labels; use draw instead.")
        chosen = self._indices(n, generator)
        return self.samples[chosen], self.labels[chosen]

    def split(self, fraction: float, seed: int) -> tuple[Dataset, Dataset]:
        """Two datasets without a common sample; the first has ``fraction`` of the samples.

        Raises:
            UserError: when one of the two would be empty.
        """
        first = round(fraction * len(self))
        if not 0 < first < len(self):
            raise UserError(
                f"A split of {len(self)} samples at {fraction} leaves one side empty; "
                f"choose a fraction between 0 and 1 that gives both sides a sample."
            )
        order = torch.randperm(len(self), generator=runtime.generator(seed)).to(self.device)
        return self._subset(order[:first]), self._subset(order[first:])

    def _indices(self, n: int, generator: torch.Generator) -> Tensor:
        check_same_device(self.device, generator)
        return torch.randint(len(self), (n,), generator=generator, device=self.device)

    def _subset(self, chosen: Tensor) -> Dataset:
        labels = None if self.labels is None else self.labels[chosen]
        return changed(self, samples=self.samples[chosen], labels=labels)
