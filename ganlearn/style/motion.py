"""Clips whose motion is known, and what flickers in them: a camera that moves over a photograph."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ganlearn.errors import UserError


@dataclass(frozen=True, eq=False)
class Motion:
    """A clip and where each of its points comes from.

    Attributes:
        frames: (t, 3, height, width) in [0, 1].
        flow: (t - 1, 2, height, width), in pixels. What lies at x in frame i + 1 was at
            x + flow[i] in frame i; the first channel points to the right, the second down.
        seen: (t - 1, 1, height, width) of 0 and 1: whether that place was inside frame i.
    """

    frames: Tensor
    flow: Tensor
    seen: Tensor


def pan(
    picture: Tensor, frames: int = 8, size: int = 128, step: tuple[float, float] = (2.0, 1.0)
) -> Motion:
    """The camera glides over a picture without turning.

    Args:
        picture: (1, 3, height, width) in [0, 1].
        frames: how many.
        size: side of the window that the camera sees, in pixels.
        step: pixels to the right and down from one frame to the next.

    Raises:
        UserError: when the window would leave the picture.

    Taught in chapter 12.
    """
    times = torch.arange(frames) - (frames - 1) / 2
    return _filmed(picture, size, _camera(times, step=step))


def zoom(picture: Tensor, frames: int = 8, size: int = 128, factor: float = 1.02) -> Motion:
    """The camera comes nearer: each frame shows everything ``factor`` times as large.

    Args:
        picture: (1, 3, height, width) in [0, 1].
        frames: how many; the last one shows the picture pixel for pixel, or, for a factor below
            1, the first.
        size: side of the window that the camera sees, in pixels.
        factor: of enlargement from one frame to the next.

    Raises:
        UserError: when the window would leave the picture.

    Taught in chapter 12.
    """
    times = torch.arange(frames) - (frames - 1 if factor > 1 else 0)
    return _filmed(picture, size, _camera(times, factor=factor))


def rotate(picture: Tensor, frames: int = 8, size: int = 128, degrees: float = 1.0) -> Motion:
    """The camera turns about the middle of a picture.

    Args:
        picture: (1, 3, height, width) in [0, 1].
        frames: how many.
        size: side of the window that the camera sees, in pixels.
        degrees: from one frame to the next; positive turns the picture counter-clockwise.

    Raises:
        UserError: when the window would leave the picture.

    Taught in chapter 12.
    """
    times = torch.arange(frames) - (frames - 1) / 2
    return _filmed(picture, size, _camera(times, degrees=degrees))


def jolt(
    pictures: Tensor,
    generator: torch.Generator,
    *,
    shift: float = 4.0,
    stretch: float = 0.03,
    degrees: float = 2.0,
) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures a moment later: each has moved a little, in a way of its own.

    Args:
        pictures: (n, 3, height, width) in [0, 1].
        generator: of the motions, on the pictures' device.
        shift: most pixels to either side.
        stretch: most relative change of size.
        degrees: most turning.

    Returns:
        the moved pictures, the flow (n, 2, height, width) and what was seen before
        (n, 1, height, width), as in :class:`Motion`.

    Taught in chapter 12.
    """
    n, _, height, width = pictures.shape
    dice = 2 * torch.rand(n, 4, generator=generator, device=pictures.device) - 1
    angle, size = dice[:, 0] * math.radians(degrees), 1 + stretch * dice[:, 1]
    camera = _rigid(angle, size, shift * dice[:, 2:])
    flow = _places(camera, height, width) - _places(_still(camera), height, width)
    return warp(pictures, flow).clamp(0, 1), flow, _inside(flow)


def warp(pictures: Tensor, flow: Tensor) -> Tensor:
    """Pictures at the next moment: every point is fetched from where it was.

    Args:
        pictures: (n, channels, height, width).
        flow: (n, 2, height, width) in pixels, as in :class:`Motion`.

    Returns:
        (n, channels, height, width); what comes from outside is the nearest edge repeated.
        Between pixels a cubic is laid through four, so values may overshoot a little; a flow of
        whole pixels gives the values themselves.

    Taught in chapter 12.
    """
    _, _, height, width = flow.shape
    return _sample(pictures, flow + _pixels(height, width, flow.device))


def flicker(frames: Tensor, flow: Tensor, seen: Tensor) -> Tensor:
    """How much a clip changes beyond its motion: the root mean square difference between each
    frame and its predecessor moved along, over all points that were seen before.

    Args:
        frames: (t, 3, height, width) in [0, 1], for example the stylised frames of a clip.
        flow, seen: of the clip, as in :class:`Motion`.

    Returns:
        a scalar, on the scale of [0, 1]. Independent noise of standard deviation s flickers
        by s √2 under motion of whole pixels.

    Paper: the warping error of Lai et al. 2018, arXiv:1808.00449. Taught in chapter 12.
    """
    return temporal_loss(frames[1:], frames[:-1], flow, seen).sqrt()


def temporal_loss(after: Tensor, before: Tensor, flow: Tensor, seen: Tensor) -> Tensor:
    """Mean squared difference between pictures and their predecessors moved along.

    Args:
        after, before: (n, channels, height, width).
        flow: (n, 2, height, width) from ``after`` back to ``before``, in pixels.
        seen: (n, 1, height, width), weights of the points: 0 where there is no predecessor.

    Returns:
        a scalar.

    Paper: Ruder et al. 2016, arXiv:1604.08610. Taught in chapter 12.
    """
    moved = warp(before.float(), flow)
    share = seen.expand_as(moved)
    return (share * (after.float() - moved).square()).sum() / share.sum().clamp_min(1)


def _camera(
    times: Tensor,
    *,
    step: tuple[float, float] = (0.0, 0.0),
    factor: float = 1.0,
    degrees: float = 0.0,
) -> Tensor:
    """Matrices (t, 2, 3) from a place in the window to a place in the picture, at each time."""
    return _rigid(
        times * math.radians(degrees), factor**-times, times[:, None] * torch.tensor(step)
    )


def _rigid(angle: Tensor, size: Tensor, shift: Tensor) -> Tensor:
    """Matrices (n, 2, 3) that turn by an angle (n,), scale by (n,), then shift by (n, 2)."""
    cosine, sine = size * angle.cos(), size * angle.sin()
    turn = torch.stack([torch.stack([cosine, -sine], 1), torch.stack([sine, cosine], 1)], 1)
    return torch.cat([turn, shift[:, :, None]], 2)


def _still(camera: Tensor) -> Tensor:
    """The matrices (n, 2, 3) that move nothing."""
    return torch.eye(2, 3, device=camera.device).expand_as(camera)


def _filmed(picture: Tensor, size: int, camera: Tensor) -> Motion:
    """What a moving camera sees of a picture; its place is counted from the picture's middle."""
    height, width = picture.shape[-2:]
    camera = camera.to(picture.device)
    places = _places(camera, size, size)  # counted from the middle, in pixels
    reach = torch.tensor([width - 1, height - 1], device=picture.device) / 2
    if (places.abs().amax((0, 2, 3)) > reach + 1e-3).any():
        raise UserError(
            f"The camera would leave the picture of {width} x {height} pixels; take a smaller "
            f"size than {size}, fewer frames or a slower motion."
        )
    middle = reach.view(1, 2, 1, 1)
    frames = _sample(picture.expand(len(camera), -1, -1, -1), places + middle).clamp(0, 1)
    flow = _places(_previous(camera), size, size) - _places(_still(camera[1:]), size, size)
    return Motion(frames, flow, _inside(flow))


def _previous(camera: Tensor) -> Tensor:
    """Matrices (t - 1, 2, 3) from a place in the window to its place one frame before."""
    back = torch.linalg.inv(camera[:-1, :, :2])
    turn = back @ camera[1:, :, :2]
    shift = back @ (camera[1:, :, 2:] - camera[:-1, :, 2:])
    return torch.cat([turn, shift], 2)


def _places(camera: Tensor, height: int, width: int) -> Tensor:
    """Where the window's pixels lie (n, 2, height, width), counted from the middle."""
    half = torch.tensor([width - 1, height - 1], device=camera.device).view(2, 1, 1) / 2
    window = (_pixels(height, width, camera.device) - half).flatten(1)
    return (camera[:, :, :2] @ window + camera[:, :, 2:]).unflatten(2, (height, width))


def _pixels(height: int, width: int, device: torch.device) -> Tensor:
    """Column and row of every pixel (2, height, width), from 0."""
    rows = torch.arange(height, device=device, dtype=torch.float32)
    columns = torch.arange(width, device=device, dtype=torch.float32)
    return torch.stack(torch.meshgrid(columns, rows, indexing="xy"))


def _inside(flow: Tensor) -> Tensor:
    """Where a flow (n, 2, height, width) comes from inside the frame, (n, 1, height, width)."""
    height, width = flow.shape[-2:]
    origin = flow + _pixels(height, width, flow.device)
    last = torch.tensor([width - 1, height - 1], device=flow.device).view(2, 1, 1)
    # A thousandth of a pixel is rounding and no motion.
    return ((origin >= -1e-3) & (origin <= last + 1e-3)).all(1, keepdim=True).float()


def _sample(pictures: Tensor, places: Tensor) -> Tensor:
    """Pictures (n, c, h, w) at places (n, 2, height, width) in pixels from the top left one."""
    height, width = pictures.shape[-2:]
    size = torch.tensor([width, height], device=pictures.device)
    grid = (2 * places.permute(0, 2, 3, 1) + 1) / size - 1
    return F.grid_sample(pictures, grid, "bicubic", "border", align_corners=False)
