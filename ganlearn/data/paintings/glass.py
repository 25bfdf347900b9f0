"""Glass: jewel-coloured panes held by dark lead, after the windows of Gothic churches."""

from __future__ import annotations

import torch
from torch import Tensor

from ganlearn.data.paintings.canvas import Canvas, Dice, disc, over, palettes

COLOURS = palettes(
    "b3122b 1b3fa8 f2b01e 0f7d4f 5a1e82 2f8fd0",
    "8f1d3f 14506e e39a2d 2c7a5b 3f2a7a d8d2a8",
    "d1351b f0c53c 1a2f7d 4aa3c7 7a1450 2f6b3a",
    "1c63b7 6fc3df 2a2c7c b9d7a0 f3d77a a03a6a",
    "a61c1c e8702a f6c445 5a0f2e 274c9b 7d1f5c",
)
LEAD = palettes("14121a 1a1512 0f1418")[0]
RINGS = ((0.0, 1), (0.19, 7), (0.39, 12))  # of a rose window: radius, panes
ACROSS, DOWN = 4, 5  # of a plain one; as many panes as a rose has


def glass(canvas: Canvas, dice: Dice) -> None:
    """Give every pixel to the pane whose seed is nearest, and lay lead along the borders."""
    is_rose = dice.chance(0.4)
    seeds = torch.where(is_rose[:, None, None], rose(dice), plain(dice))
    nearest, squared, to_border = panes(canvas, seeds)

    count = seeds.shape[1]
    inks = dice.different(dice.choice(COLOURS), 6)
    index = torch.where(is_rose[:, None], rose_pattern(dice), dice.integer(0, 5, count))
    tints = inks.gather(1, index[..., None].expand(-1, -1, 3)) * dice.uniform(0.8, 1.2, count, 1)
    light = 1.15 - 5 * squared + 0.12 * dice.cloud(12, 12, canvas.size)
    canvas.ground((by_pane(tints, nearest) * light.unsqueeze(1)).clamp_(0, 1))
    canvas.regions.copy_(nearest)

    # A rose sits in a round opening; the number of its outer region must not be a pane's.
    half = torch.full_like(dice.uniform(0, 1), 0.5)
    inside = disc(canvas, half, half, dice.uniform(0.46, 0.49) + 1.0 * ~is_rose)
    canvas.fill(-inside, inks[:, 5] * 0.7)
    canvas.regions.masked_fill_(inside >= 0, count)
    to_border = torch.minimum(torch.where(inside < 0, to_border, 9.0), inside.abs())
    canvas.fill(to_border - over(dice.uniform(0.008, 0.017)), dice.choice(LEAD))
    canvas.regions.masked_fill_(to_border < 0, -1)


def plain(dice: Dice) -> Tensor:
    """Seeds (n, panes, 2) near the points of a grid."""
    x = (torch.arange(ACROSS) + 0.5) / ACROSS
    y = (torch.arange(DOWN) + 0.5) / DOWN
    points = torch.cartesian_prod(x, y)
    reach = torch.tensor([0.42 / ACROSS, 0.42 / DOWN])
    jitter = dice.uniform(-1, 1, ACROSS * DOWN, 2)
    return points.to(jitter) + reach.to(jitter) * jitter


def rose(dice: Dice) -> Tensor:
    """Seeds (n, panes, 2) on rings around the middle."""
    turn = dice.uniform(0, 2 * torch.pi, len(RINGS))
    seeds = []
    for ring, (radius, count) in enumerate(RINGS):
        angle = turn[:, ring, None] + (2 * torch.pi / count) * torch.arange(count).to(turn)
        seeds.append(0.5 + radius * torch.stack((angle.cos(), angle.sin()), -1))
    return torch.cat(seeds, 1)


def rose_pattern(dice: Dice) -> Tensor:
    """Which ink each pane of a rose gets, (n, panes): two that take turns in every ring."""
    start = dice.integer(0, 4)
    pattern = []
    for ring, (_, count) in enumerate(RINGS):
        turns = torch.arange(count, device=start.device) % 2
        pattern.append((start[:, None] + 2 * ring + turns) % 5)
    return torch.cat(pattern, 1)


def panes(canvas: Canvas, seeds: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The cells around seeds (n, k, 2).

    Returns:
        for every pixel, each (n, size, size): the nearest seed, the square of the distance to it,
        and the distance to the border with the next cell.
    """
    dx = canvas.x - seeds[:, :, 0, None, None]
    dy = canvas.y - seeds[:, :, 1, None, None]
    squared = dx * dx + dy * dy
    least, nearest = squared.min(1)
    mine = by_pane(seeds, nearest)
    to_border = torch.full_like(least, 9.0)
    for j in range(seeds.shape[1]):
        # The border is the line of equal distance, at (d_j² - d_i²) / (2 |p_j - p_i|) from here.
        apart = (mine - seeds[:, j, :, None, None]).norm(dim=1)
        gap = (squared[:, j] - least) / (2 * apart)
        to_border = torch.where(apart > 0, torch.minimum(to_border, gap), to_border)
    return nearest, least, to_border


def by_pane(values: Tensor, nearest: Tensor) -> Tensor:
    """Values of the panes (n, k, c) at the pixels of each pane: (n, c, size, size)."""
    at = nearest.flatten(1)[:, None].expand(-1, values.shape[2], -1)
    return values.transpose(1, 2).gather(2, at).unflatten(2, nearest.shape[1:])
