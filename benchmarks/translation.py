"""Chapter 13 over five seeds: every part of the objectives, with and without.

    python benchmarks/translation.py

Each seed decides first weights, batches and the pool; the pictures are the same. The settings are
those of the chapter at the laptop budget, and so are the measures.
"""

import time
from collections.abc import Callable

import torch
from record import save
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from ganlearn import style, training, translate
from ganlearn.style.statistics import GRAM

SEEDS = range(5)
SIZE, WIDTH, DEPTH, PATCH_DEPTH = 32, 16, 3, 1
SCHOOLS, HELD_OUT = ["grids", "glass"], 100
LAYERS = ("relu1_1", "relu2_1", "relu3_1")


def fixed_statistic(eye: nn.Module, weight: float) -> training.Phase:
    """L1 and the Gram matrices of a fixed network instead of a discriminator."""

    def grams(pictures: Tensor) -> list[tuple[Tensor, ...]]:
        found = eye((pictures.float() + 1) / 2, LAYERS)
        return [GRAM.of(f.transpose(0, 1).flatten(1, 2).unsqueeze(0)) for f in found.values()]

    def objective(game: translate.Pix2Pix, target: Tensor, x: Tensor) -> Tensor:
        made = game.generator(x)
        with torch.no_grad():
            wanted = grams(target)
        pairs = zip(grams(made), wanted, strict=True)
        distances = [GRAM.distance(found, right) for found, right in pairs]
        return torch.stack(distances).mean() + weight * l1_loss(made.float(), target)

    return training.Phase("generator", objective)


def paired(seed: int, eye: nn.Module) -> dict[str, dict[str, float]]:
    """Outlines to paintings in four ways."""
    source = translate.edges_to_paintings(2_000, SIZE, 0, SCHOOLS)
    held_out = translate.edges_to_paintings(HELD_OUT, SIZE, 1, SCHOOLS).samples
    lines, paintings = held_out[:, :1], held_out[:, 1:]
    ways = {
        "L1 alone": (0.0, translate.L1_ALONE),
        "adversarial alone": (0.0, None),
        "both": (10.0, None),
        "L1 and a fixed statistic": (0.0, (fixed_statistic(eye, 0.5),)),
    }

    def measured(made: Tensor, to: Tensor) -> dict[str, float]:
        return {
            "L1 to the painting": l1_loss(made, paintings).item(),
            "detail, relative": translate.detail(made) / translate.detail(paintings),
            "style distance": translate.style_distance(made, paintings),
            "style distance, perceptual network": translate.style_distance(made, paintings, eye),
            "lines kept": translate.lines_kept(to, made),
        }

    others = translate.edges_to_paintings(HELD_OUT, SIZE, 2 + seed, SCHOOLS).samples
    found = {"other paintings": measured(others[:, 1:], to=others[:, :1])}
    for name, (l1, phases) in ways.items():
        nets = translate.pix2pix(1, 3, width=WIDTH, depth=DEPTH, patch_depth=PATCH_DEPTH, seed=seed)
        network = learn(translate.Pix2Pix(*nets, l1=l1), source, 400, 16, seed, phases)
        found[name] = measured(applied(network, lines), to=lines)
    return found


def unpaired(seed: int) -> dict[str, dict[str, float]]:
    """Photographs to glass and back in three ways."""
    source = translate.photographs_and_paintings(2_000, SIZE, 0, ["glass"])
    held_out = translate.photographs_and_paintings(HELD_OUT, SIZE, 1, ["glass"])
    photographs, glass = held_out.a.samples, held_out.b.samples
    outlines = translate.outlines(photographs)
    ways = {"cycle and identity": (5.0, 2.5), "cycle alone": (5.0, 0.0), "neither": (0.0, 0.0)}
    found = {}
    for name, (cycle, identity) in ways.items():
        nets = translate.cyclegan(
            SIZE, width=WIDTH, depth=DEPTH, patch_depth=PATCH_DEPTH, seed=seed
        )
        game = translate.CycleGAN(*nets, cycle=cycle, identity=identity)
        network = learn(game, source, 300, 8, seed)
        made = applied(network.a_to_b, photographs)
        found[name] = {
            "style distance": translate.style_distance(made, glass),
            "lines kept": translate.lines_kept(outlines, made),
            "there and back": l1_loss(applied(network.b_to_a, made), photographs).item(),
            "change of glass": l1_loss(applied(network.a_to_b, glass), glass).item(),
        }
    return found


def learn(
    game: training.Game,
    source: translate.Unpaired,
    steps: int,
    batch: int,
    seed: int,
    phases: tuple[training.Phase, ...] | None = None,
) -> nn.Module:
    """The averaged generator after a run."""
    trainer = training.Trainer(
        game,
        source,
        seed=seed,
        batch=batch,
        learning_rate=1e-3,
        ema_half_life=1_000,
        device="cpu",
        phases=phases,
    )
    for _ in trainer.run(steps):
        pass
    return trainer.ema.network


@torch.no_grad()
def applied(network: Callable[[Tensor], Tensor], pictures: Tensor) -> Tensor:
    """What a translator makes."""
    return network(pictures)


def main() -> None:
    """Measure, print and write ``results/translation.json``."""
    start = time.perf_counter()
    eye = style.perceptual()
    results: dict[str, dict[str, dict[str, list[float]]]] = {"paired": {}, "unpaired": {}}
    for seed in SEEDS:
        for task, ways in (("paired", paired(seed, eye)), ("unpaired", unpaired(seed))):
            for way, measures in ways.items():
                for measure, value in measures.items():
                    kept = results[task].setdefault(way, {}).setdefault(measure, [])
                    kept.append(round(value, 4))
                print(seed, task, way, {m: round(v, 3) for m, v in measures.items()}, flush=True)
        path = save(
            "translation",
            results,
            seconds=time.perf_counter() - start,
            seeds=seed + 1,
            threads=torch.get_num_threads(),
        )
    print(path)


if __name__ == "__main__":
    main()
