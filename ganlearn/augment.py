"""What a discriminator sees of a sample: pictures changed at random, or noise on top.

A piece is a function ``(samples, random) -> samples``. All draws come from ``random``, each sample
has its own, and the gradient goes back through every piece to whoever made the samples. Real and
generated samples must be shown alike, in both players' moves; :func:`ganlearn.rules.rule` sees to
that: ``rules.rule(seen=augment.diffaugment("colour,translation,cutout"))``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ganlearn.errors import UserError

Piece = Callable[[Tensor, torch.Generator], Tensor]
"""(samples (n, *shape), source of random numbers) to samples of the same shape."""

SHIFT, HOLE = 1 / 8, 1 / 2
"""The farthest shift, and the side of the hole, as shares of a picture's side: the paper's."""


def colour(x: Tensor, random: torch.Generator) -> Tensor:
    """Each picture brighter or darker, paler or more colourful, with more or less contrast.

    Brightness adds a number from [-0.5, 0.5]; saturation stretches what a pixel's channels differ
    by, times a number from [0, 2]; contrast stretches the picture about its mean, times a number
    from [0.5, 1.5]. On average over the draws a picture stays as it is. A grey one has no
    saturation to change.

    Args:
        x: pictures (n, channels, height, width), meant for [-1, 1]; the result may go beyond.
        random: three draws a picture.

    Paper: Zhao et al. 2020, arXiv:2006.10738. Taught in chapter 05.
    """
    brighter, saturation, contrast = torch.rand(
        3, len(x), 1, 1, 1, generator=random, device=x.device, dtype=x.dtype
    )
    x = x + brighter - 0.5
    x = _stretched(x, x.mean(1, keepdim=True), 2 * saturation)
    return _stretched(x, x.mean((1, 2, 3), keepdim=True), contrast + 0.5)


def translation(x: Tensor, random: torch.Generator) -> Tensor:
    """Each picture moved by whole pixels, up to an eighth of its side; what comes in is 0, grey.

    Args:
        x: pictures (n, channels, height, width).
        random: two draws a picture, every shift equally probable.

    Paper: Zhao et al. 2020, arXiv:2006.10738. Taught in chapter 05.
    """
    for axis in (2, 3):
        side = x.shape[axis]
        farthest = round(SHIFT * side)
        by = _whole(-farthest, farthest, len(x), random, x.device)
        from_ = torch.arange(side, device=x.device) - by[:, None]
        inside = _along(axis, (from_ >= 0) & (from_ < side))
        x = x.take_along_dim(_along(axis, from_.clamp(0, side - 1)), axis) * inside
    return x


def cutout(x: Tensor, random: torch.Generator) -> Tensor:
    """Each picture with a hole of half its side, filled with 0, grey; a part may lie outside.

    Args:
        x: pictures (n, channels, height, width).
        random: two draws a picture: the middle of the hole, every pixel equally probable.

    Paper: Zhao et al. 2020, arXiv:2006.10738. Taught in chapter 05.
    """
    hole = True
    for axis in (2, 3):
        side = x.shape[axis]
        width = round(HOLE * side)
        first = _whole(0, side - 1, len(x), random, x.device)[:, None] - width // 2
        place = torch.arange(side, device=x.device)
        hole = hole & _along(axis, (place >= first) & (place < first + width))
    return x * ~hole


PIECES: dict[str, Piece] = {"colour": colour, "translation": translation, "cutout": cutout}
"""What a policy may be made of."""


@dataclass(frozen=True)
class DiffAugment:
    """Pieces one after the other; made by :func:`diffaugment`. Taught in chapter 05."""

    policy: tuple[str, ...]

    def __call__(self, x: Tensor, random: torch.Generator) -> Tensor:
        if self.policy and x.dim() != 4:
            raise UserError(
                f"DiffAugment changes pictures (n, channels, height, width) and got samples of "
                f"shape {tuple(x.shape)}; for points take augment.instance_noise."
            )
        for name in self.policy:
            x = PIECES[name](x, random)
        return x

    @property
    def __name__(self) -> str:
        return f"diffaugment {','.join(self.policy)}"


@dataclass(frozen=True)
class InstanceNoise:
    """Normal noise on every number; made by :func:`instance_noise`. Taught in chapter 05."""

    sigma: float

    def __call__(self, x: Tensor, random: torch.Generator) -> Tensor:
        noise = torch.randn(x.shape, generator=random, device=x.device, dtype=x.dtype)
        return x + self.sigma * noise

    @property
    def __name__(self) -> str:
        return f"instance noise {self.sigma:g}"


def diffaugment(policy: str) -> DiffAugment:
    """A differentiable augmentation from its pieces, by name.

    Few pictures are soon known by heart. A discriminator that never sees one twice in the same way
    cannot do that; and because its pieces are differentiable and are put on generated pictures as
    well, the generator learns the plain pictures and not the changed ones.

    Args:
        policy: names from :data:`PIECES` with commas between, such as ``"colour,cutout"``; none
            leaves the samples as they are.

    Raises:
        UserError: when there is no piece of a name.

    Paper: Zhao et al. 2020, arXiv:2006.10738. Taught in chapter 05.
    """
    names = tuple(name.strip() for name in policy.split(",") if name.strip())
    for name in names:
        if name not in PIECES:
            raise UserError(
                f"There is no augmentation {name!r}; write names from {', '.join(PIECES)}, with "
                f"commas between them."
            )
    return DiffAugment(names)


def instance_noise(sigma: float) -> InstanceNoise:
    """Normal noise on all that the discriminator sees, real and generated.

    It widens both distributions, so that they overlap and there is a slope to follow.

    Args:
        sigma: its standard deviation, in units of the samples, points or pictures.

    Raises:
        UserError: when sigma is negative.

    Paper: Sønderby et al. 2017, arXiv:1610.04490, section 3.2. Taught in chapter 05.
    """
    if not sigma >= 0:
        raise UserError(f"The spread of noise cannot be {sigma}; give a number from 0 on.")
    return InstanceNoise(sigma)


def _stretched(x: Tensor, middle: Tensor, factor: Tensor) -> Tensor:
    return middle + (x - middle) * factor


def _whole(low: int, high: int, n: int, random: torch.Generator, device: torch.device) -> Tensor:
    """n whole numbers from low to high, both included."""
    return torch.randint(low, high + 1, (n,), generator=random, device=device)


def _along(axis: int, numbers: Tensor) -> Tensor:
    """(n, side) laid along axis 2 or 3 of (n, channels, height, width)."""
    return numbers[:, None, :, None] if axis == 2 else numbers[:, None, None, :]
