"""Which network that needs no download judges stylised pictures as a large one does?

    python benchmarks/judges.py TEACHER.safetensors      (or vgg19)

The reference is a network that the course does not ship. For pairs of a photograph and a style,
pictures are made in many ways: with the perceptual network at several strengths, with random
features of three kinds, and by plain tricks such as blending. Candidates rank them by style and by
content; the score is Spearman's correlation with the reference's ranks, averaged over the pairs.
Pictures that a candidate's own kind has made are left out of its ranking.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import record
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn

from ganlearn import data, metrics, progress, runtime, style
from ganlearn.style.colour import match
from ganlearn.style.judge import default_judge, distance
from ganlearn.style.pictures import resize_to
from ganlearn.weights.teacher import distilled_teacher, vgg19_teacher

SIZE, STEPS = 96, 60
Scores = list[dict[str, tuple[float, float]]]
PAIRS = (
    ("chelsea", "waves"),
    ("coffee", "glass"),
    ("astronaut", "dots"),
    ("flower", "brick"),
    ("chelsea", "leaves"),
    ("china", "discs"),
)
KINDS = ("relu", "elu", "shallow")
STATISTICS = (style.GRAM, style.MEAN_STD, style.MEAN_COV, style.SLICED)
GROUPS: dict[str, Callable[[str], bool]] = {
    "strengths of one method": lambda name: name.startswith("perceptual"),
    "methods": lambda name: name.split()[0] in ("perceptual", *KINDS),
    "all": lambda name: True,
}


def layers(network: style.Extractor) -> tuple[str, ...]:
    """The layers by which a network of this benchmark compares."""
    first = [name for name in network.names if name.endswith("_1") and "conv" not in name]
    return tuple(first or (name for name in network.names if "scale" in name or "relu" in name))


def preset(network: style.Extractor) -> style.Preset:
    """The default preset, with the network's own names of layers."""
    names = layers(network)
    return replace(style.DEFAULT, style=dict.fromkeys(names, 1.0), content={names[3]: 1.0})


def makers() -> dict[str, tuple[style.Extractor, tuple[float, ...]]]:
    """Networks that make pictures, and at which strengths."""
    random = {kind: (style.random_features(kind, seed=1), (0.4, 0.9)) for kind in KINDS}
    return {"perceptual": (style.perceptual(), (0.2, 0.4, 0.6, 0.8, 0.95)), **random}


def pictures(photograph: Tensor, painting: Tensor) -> dict[str, Tensor]:
    """Pictures of the photograph's shape by how they were made."""
    shape, random = photograph.shape[-2:], runtime.generator(0)
    stretched, matched = resize_to(painting, shape), match(photograph, painting).clamp(0, 1)
    places = torch.randperm(shape.numel(), generator=random)
    made = {
        "plain": photograph,
        "colours": matched,
        "grey": photograph.mean(1, keepdim=True).expand_as(photograph),
        "noise": torch.rand(photograph.shape, generator=random),
        "blurred": resize_to(resize_to(stretched, (shape[0] // 6, shape[1] // 6)), shape),
        "shuffled": stretched.flatten(2)[..., places].view_as(stretched),
        "blend of colours": torch.lerp(matched, stretched, 0.5),
    }
    for share in (0.25, 0.5, 0.75):
        made[f"blend {share}"] = torch.lerp(photograph, stretched, share)
    for name, (network, strengths) in makers().items():
        how = {"size": SIZE, "steps": STEPS, "scales": 1, "extractor": network}
        for strength in strengths:
            done = style.stylize(photograph, painting, strength, preset=preset(network), **how)
            made[f"{name} {strength}"] = done.pictures
    return made


def painters() -> style.Extractor:
    """The features of a classifier that has learned to tell the painters apart."""
    classifier = metrics.train_classifier(data.paintings(1_600, size=64, seed=3), steps=150)
    kinds = {nn.Conv2d: "conv", nn.BatchNorm2d: "norm", nn.ReLU: "relu"}
    chain = OrderedDict(
        (f"{kinds[type(layer)]}{index // 3 + 1}", layer)
        for index, layer in enumerate(list(classifier.children())[:9])
    )
    return style.Extractor(nn.Sequential(chain), "painters", (0.5,) * 3, (0.5,) * 3)


@torch.no_grad()
def scores(
    network: style.Extractor, statistic: style.Statistic, case: dict[str, Tensor]
) -> dict[str, tuple[float, float]]:
    """Style and content distance of every picture of a case, as the library's judge computes."""
    names = layers(network)
    middle = names[len(names) // 2]
    target = {n: statistic.of(f) for n, f in network(case["style"], names).items()}
    content = network(case["plain"], [middle])[middle]
    found = {}
    for name in case.keys() - {"style"}:
        features = network(case[name], names)
        apart = [
            distance(a, b)
            for n in names
            for a, b in zip(statistic.of(features[n]), target[n], strict=True)
        ]
        found[name] = (statistics.mean(apart), distance(features[middle], content))
    return found


def agreement(mine: Scores, theirs: Scores, own: str, group: Callable[[str], bool]) -> list[float]:
    """Spearman's correlation of style and of content, averaged over the cases."""
    found = []
    for column in (0, 1):
        ranks = []
        for a, b in zip(mine, theirs, strict=True):
            names = [n for n in a if group(n) and n.split()[0] != own]
            pair = [[one[n][column] for n in names] for one in (a, b)]
            ranks.append(float(spearmanr(*pair).statistic))
        found.append(round(statistics.mean(ranks), 2))
    return found


def main() -> None:
    start = time.time()
    master = vgg19_teacher() if sys.argv[1] == "vgg19" else distilled_teacher(sys.argv[1])
    cases = []
    for content, manner in progress.bar(PAIRS, title="making pictures"):
        photograph, painting = (style.read(name, SIZE) for name in (content, manner))
        cases.append({**pictures(photograph, painting), "style": painting})
    candidates = {
        "judge": default_judge(),
        "painters": painters(),
        **{kind: style.random_features(kind) for kind in KINDS},
        "perceptual": style.perceptual(),
    }
    reference = [scores(master.extractor, style.GRAM, case) for case in cases]
    table = {}
    for (name, network), statistic in progress.bar(
        list(itertools.product(candidates.items(), STATISTICS)), title="judging"
    ):
        mine = [scores(network, statistic, case) for case in cases]
        table.setdefault(name, {})[statistic.name] = {
            group: agreement(mine, reference, name, belongs)
            for group, belongs in GROUPS.items()
            if not (name == "perceptual" and group == "strengths of one method")
        }
        print(name, statistic.name, table[name][statistic.name], flush=True)
    sys.argv[1] = Path(sys.argv[1]).name  # where it lay is nobody's affair
    more = {"size": SIZE, "steps": STEPS, "pairs": PAIRS, "reference": master.about["what"]}
    print(record.save("judges", table, seconds=time.time() - start, **more))


if __name__ == "__main__":
    main()
