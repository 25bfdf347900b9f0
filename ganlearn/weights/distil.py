"""Train the perceptual network: ``python -m ganlearn.weights.distil TEACHER.safetensors``.

A word more, ``judge``, trains the network that judges, which is another one.

A small network learns to foresee what a large one sees. Each of five layers gets a linear head
that turns its few channels into the teacher's many; the heads are thrown away afterwards.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ganlearn import progress, runtime, threads
from ganlearn.errors import UserError
from ganlearn.style.features import MEAN, STD, vgg
from ganlearn.style.networks import extractor
from ganlearn.weights.crops import HELD_OUT, Crops, held_out
from ganlearn.weights.norms import folded, with_norms
from ganlearn.weights.store import put
from ganlearn.weights.teacher import LAYERS, Teacher, distilled_teacher, vgg19_teacher

BATCH, SIZE, RATE = 8, 96, 3e-3
EVERY = (4, 2, 1, 1, 1)  # only every 4th pixel of relu1_1 is compared: neighbours say the same


@dataclass(frozen=True)
class Recipe:
    """All that decides what a student becomes, besides its teacher.

    Attributes:
        widths: as for :func:`ganlearn.style.features.vgg`.
        steps: of training.
        seed: of the first weights and the pieces of pictures.
        words: for the card: what it is for and what it is not for.
    """

    widths: tuple[tuple[int, ...], ...]
    steps: int
    seed: int
    words: dict[str, str]


RECIPES = {
    "perceptual": Recipe(
        ((16, 16), (32, 32), (64,) * 4, (144,) * 4, (144,)),
        steps=9_000,
        seed=0,
        words={
            "for": "comparing pictures: style transfer, perceptual losses, seeing what a network "
            "sees",
            "not for": "recognising things: it has no classes, and has seen few photographs",
        },
    ),
    "judge": Recipe(
        ((16,), (32,), (64,), (96,), (96,)),
        steps=2_000,
        seed=1,
        words={
            "for": "judging pictures that were made with another network",
            "not for": "making pictures: whoever does has no judge left; and it shares its "
            "teacher, so its taste, with the perceptual network",
        },
    ),
}


class Student(nn.Module):
    """The network to be trained, with what it has only while it is trained.

    A batch norm stands between each convolution and its ReLU. Without it the fifth layer dies
    easily, and the others learn several times more slowly.

    Args:
        channels: of the teacher at each layer.
        recipe: gives the widths, and the seed of the first weights.
    """

    def __init__(self, channels: tuple[int, ...], recipe: Recipe) -> None:
        super().__init__()
        with runtime.seeded(recipe.seed):
            self.layers = with_norms(vgg(recipe.widths))
            self.heads = nn.ModuleList(
                nn.Conv2d(widths[0], out, 1)
                for widths, out in zip(recipe.widths, channels, strict=True)
            )
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(STD).view(3, 1, 1))

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Pictures (n, 3, h, w) in [0, 1] to features at ``LAYERS``, before the heads."""
        features, found = (pictures - self.mean) / self.std, []
        for name, layer in self.layers.named_children():
            features = layer(features)
            if name in LAYERS:
                found.append(features)
        return found


def make(name: str, master: Teacher, command: str) -> dict[str, Any]:
    """Train, fold, rescale, write the weights and their card, and return the card.

    Args:
        name: of a recipe.
        master: the teacher.
        command: for the card.
    """
    recipe = RECIPES[name]
    device = runtime.device()
    threads.settle()
    crops = Crops()
    start = time.perf_counter()
    student = fit(recipe, master.to(device), crops, device).cpu().eval()
    seconds = round(time.perf_counter() - start)
    master.cpu()
    correlations = correlation(student, master)
    layers = folded(student.layers).requires_grad_(False)
    rescale(layers, crops.draw(128, 128, runtime.generator(1)))
    card = {
        "name": name,
        "kind": "extractor",
        "data": f"the photographs and textures of docs/data.md without {', '.join(HELD_OUT)}, and "
        "512 pictures of data.paintings: pieces of 96 pixels at many scales, turned, mirrored, "
        "colours exchanged, contrast and light changed",
        **recipe.words,
        "licence": "MIT",
        "network": {"widths": recipe.widths},
        "parameters": sum(parameter.numel() for parameter in layers.parameters()),
        "teacher": master.about,
        "training": {
            "steps": recipe.steps,
            "batch": BATCH,
            "size": SIZE,
            "peak learning rate": RATE,
            "seed": recipe.seed,
        },
        "command": command,
        "seconds": seconds,
    }
    return put(layers.state_dict(), card, lambda: score(name, correlations))


def fit(recipe: Recipe, master: Teacher, crops: Crops, device: torch.device) -> Student:
    """A student after all its steps."""
    student = Student(master.channels, recipe).to(device, memory_format=torch.channels_last)
    random = runtime.generator(recipe.seed)
    spread = variance(master, crops.draw(64, SIZE, random).to(device))
    optimiser = torch.optim.Adam(student.parameters(), lr=RATE, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=recipe.steps, pct_start=0.1
    )
    precision = "bfloat16" if runtime.bfloat16_is_fast(device) else "float32"
    for step in progress.bar(range(1, recipe.steps + 1), title="distilling", unit="step"):
        pictures = crops.draw(BATCH, SIZE, random).to(device, memory_format=torch.channels_last)
        with runtime.autocast(device, precision):
            losses = errors(student, master, pictures, spread, random)
        optimiser.zero_grad()
        losses.sum().backward()
        optimiser.step()
        schedule.step()
        if step % 1_000 == 0:
            print(
                f"step {step}: " + " ".join(f"{loss:.3f}" for loss in losses.tolist()), flush=True
            )
    return student


def errors(
    student: Student, master: Teacher, pictures: Tensor, spread: list[Tensor], random: Any
) -> Tensor:
    """Per layer the mean squared error in units of the teacher's variance: 1 is a blind guess."""
    with torch.no_grad():
        seen = master(pictures)
    losses = []
    for every, found, target, head, teachers, variances in zip(
        EVERY, student(pictures), seen, student.heads, master.heads, spread, strict=True
    ):
        down, across = torch.randint(every, (2,), generator=random).tolist()
        places = (..., slice(down, None, every), slice(across, None, every))
        with torch.no_grad():
            wanted = teachers(target[places]).float()
        losses.append(((head(found[places]).float() - wanted).square() / variances).mean())
    return torch.stack(losses)


@torch.no_grad()
def variance(master: Teacher, pictures: Tensor) -> list[Tensor]:
    """Of the teacher's channels at each layer, (1, channels, 1, 1)."""
    return [
        head(found).var((0, 2, 3), correction=0, keepdim=True)
        for head, found in zip(master.heads, master(pictures), strict=True)
    ]


@torch.no_grad()
def correlation(student: Student, master: Teacher) -> dict[str, float]:
    """Median over the channels of the correlation with the teacher, on held-out photographs."""
    mine: list[list[Tensor]] = [[] for _ in LAYERS]
    theirs: list[list[Tensor]] = [[] for _ in LAYERS]
    for photograph in held_out(384):
        for index, (found, target) in enumerate(
            zip(student(photograph), master(photograph), strict=True)
        ):
            mine[index].append(student.heads[index](found).flatten(2)[0])
            theirs[index].append(master.heads[index](target).flatten(2)[0])
    return {
        name: round(_correlation(torch.cat(m, 1), torch.cat(t, 1)).median().item(), 3)
        for name, m, t in zip(LAYERS, mine, theirs, strict=True)
    }


def _correlation(a: Tensor, b: Tensor) -> Tensor:
    """Of the rows of two matrices (channels, places)."""
    a, b = (x.double() - x.double().mean(1, keepdim=True) for x in (a, b))
    return (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1)).clamp_min(1e-12)


@torch.no_grad()
def rescale(layers: nn.Sequential, pictures: Tensor) -> None:
    """Give every filter a mean activation of 1, without changing what the network can tell.

    A ReLU lets a positive factor through, so a filter may be divided by its mean activation when
    the next convolution multiplies what comes from it by the same number.

    Args:
        layers: a chain from :func:`ganlearn.style.features.vgg`; changed in place.
        pictures: (n, 3, h, w) in [0, 1] over which the mean is taken.

    Taught in chapter 10.
    """
    features = (pictures - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    convolution = None
    before = torch.ones(3)
    for layer in layers.children():
        if isinstance(layer, nn.Conv2d):
            layer.weight *= before.view(1, -1, 1, 1)
            convolution = layer
        features = layer(features)
        if isinstance(layer, nn.ReLU):
            before = features.mean((0, 2, 3))
            before[before < 1e-3] = 1.0  # a filter that never fires stays as it is
            convolution.weight /= before.view(-1, 1, 1, 1)
            convolution.bias /= before
            features = features / before.view(-1, 1, 1)


def score(name: str, correlations: dict[str, float]) -> dict[str, Any]:
    """What the card says of what was stored."""
    network = extractor(name)
    seen = network(torch.cat([p[..., :240, :240] for p in held_out(384)]), LAYERS)
    return {
        "median correlation with the teacher on held-out photographs": correlations,
        "channels that never fire on them": {
            name: int((features.amax((0, 2, 3)) == 0).sum()) for name, features in seen.items()
        },
    }


if __name__ == "__main__":
    known = set(sys.argv[2:]) <= set(RECIPES)
    if len(sys.argv) not in (2, 3) or not known:
        raise SystemExit(f"python -m ganlearn.weights.distil FILE|vgg19 [{'|'.join(RECIPES)}]")
    try:
        chosen = vgg19_teacher() if sys.argv[1] == "vgg19" else distilled_teacher(sys.argv[1])
    except UserError as problem:
        raise SystemExit(str(problem)) from None
    words = [sys.argv[1].rpartition("/")[2], *sys.argv[2:]]
    wanted = (sys.argv[2:] or ["perceptual"])[0]
    print(make(wanted, chosen, f"python -m ganlearn.weights.distil {' '.join(words)}"))
