"""Style transfer beside the usual tutorial's loop and pystiche, and the time of every other way.

    python benchmarks/style.py [--save] [--turns 3] [--size 256] [--steps 150]

What is compared descends the same loss from the same start, with the same network, layers and
weights: the tutorial's. It is written here as the well-known PyTorch tutorial teaches it: loss
modules inside the network, float32, L-BFGS with torch's defaults, the picture clamped inside the
closure. A step is one look at the loss and its gradient, which is what costs time.

Each side runs in processes of its own, turn by turn, so that a busy spell of the machine meets
all of them; ratios are medians over the turns. On a GPU the same script measures there. pystiche
is compared where it is installed (``pip install --no-deps pystiche``); torchvision no longer has
two names that it imports, which are put back for it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STYLE = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT = "relu4_1"
STYLE_WEIGHT = 1e6  # the tutorial's, beside a content weight of 1
CONTENT_PICTURE, STYLE_PICTURE = "astronaut", "dots"


class Usual:
    """The tutorial's loss and loop, on the layers that were asked for."""

    def __init__(self, size: int) -> None:
        import torch
        from torch import nn
        from torch.nn import functional as F

        from ganlearn import runtime, style

        def gram_matrix(features):
            a, b, c, d = features.size()
            flat = features.view(a * b, c * d)
            return torch.mm(flat, flat.t()).div(a * b * c * d)

        class ContentLoss(nn.Module):
            def __init__(self, target):
                super().__init__()
                self.target = target.detach()

            def forward(self, x):
                self.loss = F.mse_loss(x, self.target)
                return x

        class StyleLoss(nn.Module):
            def __init__(self, target):
                super().__init__()
                self.target = gram_matrix(target).detach()

            def forward(self, x):
                self.loss = F.mse_loss(gram_matrix(x), self.target)
                return x

        class Normalization(nn.Module):
            def __init__(self, mean, std):
                super().__init__()
                self.mean, self.std = mean, std

            def forward(self, x):
                return (x - self.mean) / self.std

        self.device = runtime.device()
        self.content, painting = (
            style.read(name, size).to(self.device) for name in (CONTENT_PICTURE, STYLE_PICTURE)
        )
        network = style.perceptual().to(self.device)
        self.model = nn.Sequential(Normalization(network.mean, network.std))
        self.style_losses, self.content_losses = [], []
        for name, layer in network.layers.named_children():
            self.model.add_module(name, layer)
            if name in STYLE:
                self.style_losses.append(StyleLoss(self.model(painting)))
                self.model.add_module(f"style_{name}", self.style_losses[-1])
            if name == CONTENT:
                self.content_losses.append(ContentLoss(self.model(self.content)))
                self.model.add_module(f"content_{name}", self.content_losses[-1])
            if len(self.style_losses) == len(STYLE):
                break

    def loss(self, picture: Any) -> Any:
        """The tutorial's loss of a picture."""
        self.model(picture)
        style_score = sum(module.loss for module in self.style_losses) * STYLE_WEIGHT
        return style_score + sum(module.loss for module in self.content_losses)

    def run(self, steps: int) -> tuple[Any, float]:
        """The tutorial's loop; the picture and the seconds it took."""
        import torch

        picture = self.content.clone().requires_grad_()
        optimizer = torch.optim.LBFGS([picture])
        looks = [0]

        def closure():
            with torch.no_grad():
                picture.clamp_(0, 1)
            optimizer.zero_grad()
            loss = self.loss(picture)
            loss.backward()
            looks[0] += 1
            return loss

        start = time.perf_counter()
        while looks[0] < steps:
            optimizer.step(closure)
        with torch.no_grad():
            picture.clamp_(0, 1)
        _wait(self.device)
        return picture.detach(), (time.perf_counter() - start) / looks[0] * steps


def _wait(device: Any) -> None:
    if device.type == "cuda":
        import torch

        torch.cuda.synchronize()


def usual_preset(usual: Usual) -> Any:
    """The tutorial's loss as a preset of ours, which states distances relative to the target."""
    import torch

    from ganlearn.style import GRAM, Preset

    with torch.no_grad():
        usual.loss(usual.content)
        weights = {
            # Their Gram matrix is ours over the number of channels, and they take the mean.
            name: (module.target.square().mean() * STYLE_WEIGHT).item()
            for name, module in zip(STYLE, usual.style_losses, strict=True)
        }
        content = usual.content_losses[0].target.square().mean().item()
    total = sum(weights.values())
    return Preset("the tutorial's", weights, {CONTENT: 1.0}, GRAM, content_weight=content / total)


def tutorial(size: int, steps: int) -> dict[str, float]:
    """Seconds of the tutorial's loop and its final loss."""
    import torch

    usual = Usual(size)
    picture, seconds = usual.run(steps)
    with torch.no_grad():
        return {"seconds": seconds, "loss": usual.loss(picture).item()}


def ours(size: int, steps: int, **options: Any) -> dict[str, Any]:
    """Seconds of our descent of the tutorial's loss, and the loss at every step."""
    import torch

    from ganlearn import style
    from ganlearn.style.objective import Objective

    usual = Usual(size)
    preset = usual_preset(usual)
    network, looks, terms = style.perceptual(), [0], Objective.terms

    def counted(*arguments):
        looks[0] += 1
        return terms(*arguments)

    Objective.terms = counted
    path, outside = [], [0.0]

    def watch(progress):
        """The tutorial's loss of the picture so far; not counted in the time."""
        began = time.perf_counter()
        with torch.no_grad():
            large = style.resize(progress.picture, size)
            path.append((began - start - outside[0], looks[0], usual.loss(large).item()))
        outside[0] += time.perf_counter() - began

    start = time.perf_counter()
    made = style.stylize(
        CONTENT_PICTURE,
        STYLE_PICTURE,
        size=size,
        steps=steps,
        preset=preset,
        extractor=network,
        callback=watch,
        **options,
    )
    with torch.no_grad():
        loss = usual.loss(made.pictures.to(usual.device)).item()
    # From the first step to the last, as the tutorial's loop is timed without what it prepares.
    a_look = (path[-1][0] - path[0][0]) / (path[-1][1] - path[0][1])
    return {"seconds": a_look * steps, "loss": loss, "path": path}


def pystiche(size: int, steps: int) -> dict[str, float]:
    """Seconds of pystiche's loop on the tutorial's loss."""
    for name, urls in (("alexnet", ["alexnet"]), ("vgg", _vgg_names())):
        module = importlib.import_module(f"torchvision.models.{name}")
        module.model_urls = dict.fromkeys(urls, "")  # gone since torchvision 0.13
    from pystiche import enc, loss, optim

    from ganlearn import style

    usual = Usual(size)
    network = style.perceptual().to(usual.device)
    layers = [("scale", usual.model[0]), *network.layers.named_children()]
    encoder = enc.MultiLayerEncoder(layers)
    criterion = loss.PerceptualLoss(
        loss.FeatureReconstructionLoss(encoder.extract_encoder(CONTENT)),
        loss.MultiLayerEncodingLoss(
            encoder,
            STYLE,
            lambda layer_encoder, weight: loss.GramLoss(layer_encoder, score_weight=weight),
            score_weight=STYLE_WEIGHT,
        ),
    ).to(usual.device)
    criterion.set_content_image(usual.content)
    criterion.set_style_image(style.read(STYLE_PICTURE, size).to(usual.device))
    picture = usual.content.clone()
    start = time.perf_counter()
    optim.image_optimization(picture, criterion, num_steps=steps, quiet=True)
    _wait(usual.device)
    return {"seconds": time.perf_counter() - start}


def _vgg_names() -> list[str]:
    return [f"vgg{n}{end}" for n in (11, 13, 16, 19) for end in ("", "_bn")]


def default(size: int, steps: int) -> dict[str, float]:
    """Seconds of a whole ``stylize`` as a reader calls it, reading the network and all."""
    from ganlearn import style

    start = time.perf_counter()
    style.stylize(CONTENT_PICTURE, STYLE_PICTURE, size=size, steps=steps)
    return {"seconds": time.perf_counter() - start}


def adain(size: int, steps: int) -> dict[str, float]:
    """Seconds to the first picture in a new style, reading both networks included; and after."""
    from ganlearn import style

    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        style.stylize_any(CONTENT_PICTURE, STYLE_PICTURE, size=size)
        seconds.append(time.perf_counter() - start)
    return {"first": seconds[0], "next": min(seconds[1:])}


def fast(size: int, steps: int) -> dict[str, float]:
    """Frames a second of the shipped network."""
    import torch

    from ganlearn import style

    network, frame = style.schools(), torch.rand(1, 3, size, size)
    for _ in range(3):
        network(frame)
    start, frames = time.perf_counter(), 0
    while time.perf_counter() - start < 3:
        network(frame)
        frames += 1
    return {"frames_per_second": frames / (time.perf_counter() - start)}


def memory(size: int, steps: int, tile: int | None = None) -> dict[str, float]:
    """Peak memory of a short descent beyond what the process had before, in MiB."""
    import torch

    from ganlearn import runtime, style

    network, device = style.perceptual(), runtime.device()
    style.stylize(CONTENT_PICTURE, STYLE_PICTURE, size=64, steps=2, extractor=network)
    before = _peak(device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    style.stylize(
        CONTENT_PICTURE,
        STYLE_PICTURE,
        size=size,
        steps=3,
        scales=1,
        extractor=network,
        tile=tile,
    )
    return {"peak_mib": _peak(device) - before}


def _peak(device: Any) -> float:
    """MiB that were ever in use."""
    if device.type == "cuda":
        import torch

        return torch.cuda.max_memory_allocated() / 2**20
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 2**10


SIDES: dict[str, Callable[..., dict[str, Any]]] = {
    "tutorial": tutorial,
    "ours at one size": lambda size, steps: ours(size, steps, scales=1),
    "ours": ours,
    "ours for longer": lambda size, steps: ours(size, 2 * steps),
    "pystiche": pystiche,
    "default": default,
    "adain": adain,
    "fast": fast,
    "memory": memory,
    "memory in tiles": lambda size, steps: memory(size, steps, tile=256),
}


def in_a_process(side: str, size: int, steps: int) -> dict[str, Any]:
    """What one side measures in a fresh process."""
    command = [sys.executable, __file__, "--one", side, "--size", str(size), "--steps", str(steps)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1]}
    return json.loads(done.stdout)


def seconds_to(loss: float, path: list[tuple[float, int, float]]) -> float | None:
    """When a descent was first as low as that, or None."""
    return next((seconds for seconds, _, value in path if value <= loss), None)


def compare(turns: list[dict[str, dict[str, Any]]], steps: int) -> dict[str, Any]:
    """Medians over the turns, and medians of the ratios within a turn."""

    def median(values: list[float]) -> float:
        return float(f"{statistics.median(values):.3g}")

    def ratio(side: str, to: str) -> float | None:
        if any("failed" in turn[name] for turn in turns for name in (side, to)):
            return None
        return median([turn[to]["seconds"] / turn[side]["seconds"] for turn in turns])

    def values(side: str, name: str, times: float = 1) -> float | str:
        """The median, or why there is none."""
        failed = [turn[side]["failed"] for turn in turns if "failed" in turn[side]]
        return failed[0] if failed else median([times * turn[side][name] for turn in turns])

    times = [
        (
            turn["tutorial"]["seconds"],
            seconds_to(turn["tutorial"]["loss"], turn["ours for longer"]["path"]),
        )
        for turn in turns
    ]
    return {
        "milliseconds a step": {
            side: values(side, "seconds", 1e3 / steps)
            for side in ("tutorial", "pystiche", "ours at one size", "ours")
        },
        "times faster a step than the tutorial, at one size": ratio("ours at one size", "tutorial"),
        "times faster a step than pystiche, at one size": ratio("ours at one size", "pystiche"),
        "times faster a step than the tutorial, from coarse to fine": ratio("ours", "tutorial"),
        "the tutorial's loss in the end": {
            side: median([turn[side]["loss"] for turn in turns])
            for side in ("tutorial", "ours at one size", "ours")
        },
        "seconds to the tutorial's final loss": {
            "tutorial": median([a for a, _ in times]),
            "ours": median([b for _, b in times]) if all(b for _, b in times) else None,
        },
        "seconds of stylize as it is called": median(
            [turn["default"]["seconds"] for turn in turns]
        ),
        "seconds of AdaIN, networks read": median([turn["adain"]["first"] for turn in turns]),
        "seconds of AdaIN, after that": median([turn["adain"]["next"] for turn in turns]),
        "frames a second of the fast network": median(
            [turn["fast"]["frames_per_second"] for turn in turns]
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256, help="pixels of the longer side")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results")
    parser.add_argument("--one", choices=SIDES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(SIDES[asked.one](asked.size, asked.steps)))
        return
    began = time.time()
    sides = [side for side in SIDES if not side.startswith("memory")]
    turns = []
    for _ in range(asked.turns):
        turns.append({side: in_a_process(side, asked.size, asked.steps) for side in sides})
        print({side: found.get("seconds") for side, found in turns[-1].items()}, flush=True)
    results = compare(turns, asked.steps)
    results["peak MiB by size"] = {
        side: {size: round(in_a_process(side, size, 3)["peak_mib"]) for size in (256, 512, 1024)}
        for side in ("memory", "memory in tiles")
    }
    print(json.dumps(results, indent=2))
    if asked.save:
        import record

        protocol = {
            "size": asked.size,
            "steps": asked.steps,
            "turns": asked.turns,
            "pictures": [CONTENT_PICTURE, STYLE_PICTURE],
            "network": "style.perceptual(), the same on all sides",
        }
        print(record.save("style", results, seconds=time.time() - began, **protocol))


if __name__ == "__main__":
    main()
