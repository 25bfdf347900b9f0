"""From samples to features: what most scores compare."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ganlearn import progress
from ganlearn.data import Dataset, Source
from ganlearn.errors import UserError
from ganlearn.metrics.inception_v3 import inception
from ganlearn.metrics.networks import feature_net
from ganlearn.nets.stored import model_card

SHIPPED = {"digits": "digits-features", "paintings": "paintings-features"}
NAMES = (*SHIPPED, "inception", "pixels")


@dataclass(frozen=True, eq=False)
class Features:
    """A network that describes samples by numbers, and who it is.

    Attributes:
        name: for the protocol.
        network: samples (n, *shape) to features (n, d); what has more dimensions is flattened.
        sha256: of its weights.
        head: features to logits of classes, where it is a classifier.
        classes: the names of the classes, where they have names.
    """

    name: str
    network: nn.Module
    sha256: str
    head: nn.Module | None = None
    classes: tuple[str, ...] = ()

    def to(self, device: torch.device | str) -> Features:
        """Move the network; it is changed, and returned for the next call."""
        self.network.to(device)
        if self.head is not None:
            self.head.to(device)
        return self

    @torch.no_grad()
    def probabilities(self, features: Tensor) -> Tensor:
        """What the classifier makes of features (n, d): probabilities (n, classes).

        Raises:
            UserError: when the network is no classifier.
        """
        if self.head is None:
            raise UserError(
                f"The features {self.name!r} come without a classifier; take "
                f"{', '.join(map(repr, SHIPPED))} or 'inception' for scores by classes."
            )
        like = next(self.head.parameters())
        return self.head(features.to(like)).softmax(1)


def features(
    which: str | nn.Module | Features = "digits", path: str | Path | None = None
) -> Features:
    """A feature network by name, or one of your own.

    Args:
        which: ``"digits"`` or ``"paintings"`` (small classifiers that come with the course, 64
            features), ``"inception"`` (torchvision's, 2048 features, 104 MB to download),
            ``"pixels"`` (the numbers of a sample as they are), or any network from samples to
            features (n, d).
        path: of a file with Inception's weights, if it is not to be downloaded.

    Raises:
        UserError: for an unknown name, or when Inception's weights cannot be had.

    Taught in chapter 08.
    """
    if isinstance(which, Features):
        return which
    if isinstance(which, nn.Module):
        return Features(type(which).__name__, which, fingerprint(which))
    if which in SHIPPED:
        card, network = model_card(SHIPPED[which]), feature_net(SHIPPED[which])
        return Features(which, network, card["sha256"], network.head, tuple(card["classes"]))
    if which == "inception":
        network = inception(path)
        return Features("inception", network, fingerprint(network), network.head)
    if which == "pixels":
        return Features("pixels", nn.Flatten(), fingerprint(nn.Flatten()))
    raise UserError(
        f"There are no features {which!r}; choose from {', '.join(NAMES)}, or give a network."
    )


def fingerprint(network: nn.Module) -> str:
    """sha256 of the names, shapes and values of all that a network stores."""
    digest = hashlib.sha256()
    for name, tensor in network.state_dict().items():
        if isinstance(tensor, Tensor):
            digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
            content = tensor.detach().cpu().contiguous().flatten().view(torch.uint8)
            digest.update(content.numpy().tobytes())
    return digest.hexdigest()


def extract(
    which: Features | nn.Module | str,
    samples: Tensor | Dataset | Source,
    n: int | None = None,
    *,
    random: torch.Generator | None = None,
    batch: int = 256,
) -> Tensor:
    """Features of samples, a batch at a time, without a trace in the network.

    During the call the network is in eval mode; afterwards every part of it is in the mode that it
    was in, and so is torch's global random state.

    Args:
        which: as for :func:`features`.
        samples: (n, *shape), pictures in [-1, 1]; a dataset, of which all samples are taken; or
            any source to draw ``n`` from.
        n: how many to draw; needs ``random``.
        random: draws them.
        batch: samples at once; it does not change the result.

    Returns:
        (n, d) float32 on the device of the network.

    Raises:
        UserError: when there is nothing to take, or a feature is NaN or infinite.

    Taught in chapter 08.
    """
    described, samples = features(which), _samples(samples, n, random)
    if batch < 1:
        raise UserError(f"A batch holds at least 1 sample, not {batch}.")
    device = _device(described.network) or samples.device
    parts = []
    with undisturbed(described.network), torch.no_grad():
        split = samples.split(batch)
        for part in progress.bar(split, title=f"{described.name} features", unit="batch"):
            found = described.network(part.to(device, torch.float32))
            if not isinstance(found, Tensor):
                raise UserError(
                    f"The network {described.name!r} returns a {type(found).__name__}; give one "
                    f"that returns a tensor of features (n, d)."
                )
            parts.append(found.float().reshape(len(part), -1))
    joined = torch.cat(parts)
    bad = int((~joined.isfinite()).any(1).sum())
    if bad:
        raise UserError(
            f"{bad} of {len(joined)} samples have NaN or infinite features by {described.name!r}; "
            f"look at the samples first (a generator that diverged?), then at the network."
        )
    return joined


def _samples(samples: Tensor | Dataset | Source, n: int | None, random: object) -> Tensor:
    if n is not None:
        if random is None or isinstance(samples, Tensor) or n < 1:
            raise UserError(
                f"To draw {n} samples give a source with a draw method, a count of at least 1, and "
                f"random=, a torch.Generator."
            )
        return samples.draw(n, random)
    if isinstance(samples, Dataset):
        return samples.samples
    if not isinstance(samples, Tensor):
        raise UserError(
            f"A {type(samples).__name__} has no end; say how many samples to draw from it, "
            f"n=..., and random=, a torch.Generator."
        )
    if samples.ndim < 2 or len(samples) == 0:
        raise UserError(
            f"There are no features of samples of shape {tuple(samples.shape)}; give at least one "
            f"sample, as a tensor of shape (n, *shape of one sample)."
        )
    return samples


def _device(network: nn.Module) -> torch.device | None:
    return next((t.device for t in (*network.parameters(), *network.buffers())), None)


@contextlib.contextmanager
def undisturbed(network: nn.Module) -> Iterator[None]:
    """Within, a network is in eval mode; afterwards each part of it, and torch's random state, is
    as it was, also after an error."""
    modes = [(part, part.training) for part in network.modules()]
    device = _device(network)
    on_gpu = [device] if device is not None and device.type == "cuda" else []
    with torch.random.fork_rng(devices=on_gpu):
        network.eval()
        try:
            yield
        finally:
            for part, mode in modes:
                part.training = mode
