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
PANES = ACROSS * DOWN


def glass(canvas: Canvas, dice: Dice) -> None:
    """Give every pixel to the pane whose seed is nearest, and lay lead along the borders."""
    is_rose = dice.chance(0.4)
    seeds = torch.where(is_rose[:, None, None], rose(dice), plain(dice))
    nearest, squared, to_border = cells(canvas, seeds)

    inks = dice.different(dice.choice(COLOURS), 6)
    index = torch.where(is_rose[:, None], rose_pattern(dice), dice.integer(0, 5, PANES))
    tints = inks.gather(1, index[..., None].expand(-1, -1, 3)) * dice.uniform(0.8, 1.1, PANES, 1)
    at = nearest.flatten(1)[:, None].expand(-1, 3, -1)
    panes = tints.transpose(1, 2).gather(2, at).unflatten(2, nearest.shape[1:])
    light = 1.12 - 6 * squared + 0.12 * dice.cloud(12, 12, canvas.size)
    canvas.ground((panes * light.unsqueeze(1)).clamp_(0, 1))
    canvas.regions.copy_(-1 - nearest)  # no colour's number, and behind the lead anyway

    # A rose sits in a round opening in the wall.
    half = torch.full_like(to_border[:, 0, 0], 0.5)
    wall = -disc(canvas, half, half, dice.uniform(0.46, 0.49))
    canvas.fill(wall, 0.7 * inks[:, 5], there=is_rose)
    at_wall = torch.where(wall > 0, torch.minimum(to_border, wall), -wall)
    to_border = torch.where(over(is_rose), at_wall, to_border)
    canvas.fill(to_border - over(dice.uniform(0.008, 0.017)), dice.choice(LEAD))


def plain(dice: Dice) -> Tensor:
    """Seeds (n, PANES, 2) near the points of a grid; a part of them may lie off the picture."""
    x = (torch.arange(ACROSS) + 0.5) / ACROSS
    y = (torch.arange(DOWN) + 0.5) / DOWN
    jitter = dice.uniform(-0.42, 0.42, PANES, 2)
    points = torch.cartesian_prod(x, y).to(jitter) + jitter / torch.tensor([ACROSS, DOWN]).to(
        jitter
    )
    return 0.5 + (points - 0.5) * dice.uniform(0.95, 1.6, 1, 1)


def rose(dice: Dice) -> Tensor:
    """Seeds (n, PANES, 2) on rings around the middle."""
    turn = dice.uniform(0, 2 * torch.pi, len(RINGS))
    seeds = []
    for ring, (radius, count) in enumerate(RINGS):
        angle = turn[:, ring, None] + (2 * torch.pi / count) * torch.arange(count).to(turn)
        seeds.append(0.5 + radius * torch.stack((angle.cos(), angle.sin()), -1))
    return torch.cat(seeds, 1)


def rose_pattern(dice: Dice) -> Tensor:
    """Which ink each pane of a rose gets, (n, PANES): two that take turns in every ring."""
    start = dice.integer(0, 4)
    pattern = []
    for ring, (_, count) in enumerate(RINGS):
        turns = torch.arange(count, device=start.device) % 2
        pattern.append((start[:, None] + 2 * ring + turns) % 5)
    return torch.cat(pattern, 1)


def cells(canvas: Canvas, seeds: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The cells around seeds (n, k, 2): all points that are nearer to one than to the others.

    Returns:
        for every pixel, each (n, size, size): the nearest seed, the square of the distance to it,
        and the distance to the border with the next cell.
    """
    x, y = seeds[:, :, 0, None, None], seeds[:, :, 1, None, None]
    squared = (canvas.x - x).square() + (canvas.y - y).square()
    least, nearest = squared.min(1)
    # The border of cells i and j is at (d_j² - d_i²) / (2 |p_j - p_i|) from a point in cell i.
    apart = torch.cdist(seeds, seeds, compute_mode="donot_use_mm_for_euclid_dist")
    scale = (0.5 / apart).gather(2, nearest.flatten(1)[:, None].expand(-1, seeds.shape[1], -1))
    gaps = (squared - least.unsqueeze(1)) * scale.view_as(squared)
    gaps.scatter_(1, nearest.unsqueeze(1), 9.0)
    return nearest, least, gaps.amin(1)
