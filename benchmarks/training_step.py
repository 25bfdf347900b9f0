"""Images a second of one training step: ours beside the loop that tutorials write.

    python benchmarks/training_step.py [--examples CHECKOUT] [--save]

The same networks, batch and data on both sides. The usual loop ends its discriminator in a
sigmoid with ``BCELoss``, computes in float32, shuffles with a ``DataLoader``, lets the
discriminator's gradients be computed in the generator's turn, and reads four numbers a step.
Each side runs in processes of its own, turn by turn, so that a busy spell of the machine meets
both; the ratio is the median over the turns. With ``--examples``, the DCGAN script of a checkout
of github.com/pytorch/examples is run as it is, on the random pictures it offers, beside ours.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

# name: (pixels a side, channels, latent, width, batch)
SETTINGS = {
    "digits 16 px": (16, 1, 64, 32, 64),
    "paintings 32 px": (32, 3, 64, 32, 64),
    "tutorial's DCGAN, 64 px": (64, 3, 100, 64, 64),
}


def ours(size: int, channels: int, latent: int, width: int, batch: int) -> Iterator[None]:
    """Steps of :class:`ganlearn.training.Trainer`."""
    from ganlearn import nets, training

    pair = nets.dcgan(size, channels, latent=latent, width=width)
    trainer = training.Trainer(training.Game(*pair), _pictures(size, channels), batch=batch)
    while True:
        trainer.step()
        yield


def usual(size: int, channels: int, latent: int, width: int, batch: int) -> Iterator[None]:
    """Steps of the loop that tutorials write, on the same networks."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    from ganlearn import nets, runtime

    device = runtime.device()
    generator, discriminator = (
        net.to(device) for net in nets.dcgan(size, channels, latent=latent, width=width)
    )
    judge = nn.Sequential(discriminator, nn.Sigmoid())
    criterion = nn.BCELoss()
    move_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    move_g = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    pictures = TensorDataset(_pictures(size, channels).samples)
    while True:
        for (real,) in DataLoader(pictures, batch, shuffle=True, drop_last=True):
            ones, zeros = torch.ones(batch, device=device), torch.zeros(batch, device=device)
            judge.zero_grad()
            output = judge(real.to(device))
            error_real = criterion(output, ones)
            error_real.backward()
            fake = generator(torch.randn(batch, latent, device=device))
            judged = judge(fake.detach())
            error_fake = criterion(judged, zeros)
            error_fake.backward()
            move_d.step()
            generator.zero_grad()
            error_g = criterion(judge(fake), ones)
            error_g.backward()
            move_g.step()
            _ = (error_real + error_fake).item(), error_g.item()
            _ = output.mean().item(), judged.mean().item()
            yield


def _pictures(size: int, channels: int):
    from ganlearn import data

    return data.digits(size=size) if channels == 1 else data.paintings(2048, size=size, seed=0)


def measure(side: str, setting: str, seconds: float) -> dict[str, float]:
    """Images a second and peak memory of one side in this process."""
    import torch

    from ganlearn import runtime

    device = runtime.device()
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    step = {"ours": ours, "usual": usual}[side](*SETTINGS[setting])
    for _ in range(5):
        next(step)
    wait()
    start, steps = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        next(step)
        steps += 1
    wait()
    spent = time.perf_counter() - start
    memory = (
        torch.cuda.max_memory_allocated() / 2**20
        if device.type == "cuda"
        else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    )
    return {"images_per_second": steps * SETTINGS[setting][-1] / spent, "peak_mib": memory}


def in_a_process(side: str, setting: str, seconds: float) -> dict[str, float]:
    """:func:`measure` in a fresh process."""
    command = [sys.executable, __file__, "--one", side, setting, "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def checkout(folder: Path, seconds: float) -> dict[str, float]:
    """Images a second of ``dcgan/main.py`` in a checkout, read from the lines that it prints."""
    import tempfile

    _, _, _, width, batch = SETTINGS["tutorial's DCGAN, 64 px"]
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-u", str(folder / "dcgan" / "main.py"), "--dataset", "fake"]
        command += ["--imageSize", "64", "--batchSize", str(batch), "--ngf", str(width)]
        command += ["--ndf", str(width), "--niter", "1", "--workers", "0", "--outf", out]
        script = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            lines = (line for line in script.stdout if "Loss_D" in line)
            for _ in range(3):
                next(lines)
            start, steps = time.perf_counter(), 0
            while time.perf_counter() - start < seconds:
                next(lines)
                steps += 1
            return {"images_per_second": steps * batch / (time.perf_counter() - start)}
        finally:
            script.kill()
            script.wait()


def compare(first: list[dict[str, float]], second: list[dict[str, float]]) -> dict[str, float]:
    """Medians of both sides and of the ratio turn by turn."""
    rates = [[turn["images_per_second"] for turn in side] for side in (first, second)]
    ratios = [a / b for a, b in zip(*rates, strict=True)]
    return {
        "ours": round(statistics.median(rates[0]), 1),
        "other": round(statistics.median(rates[1]), 1),
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(r, 2) for r in ratios],
        **{
            f"peak_mib_{name}": round(max(turn.get("peak_mib", 0) for turn in side))
            for name, side in (("ours", first), ("other", second))
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=6, help="for each side and turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--examples", type=Path, help="a checkout of pytorch/examples")
    parser.add_argument("--save", action="store_true", help="write benchmarks/results")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(*asked.one, asked.seconds)))
        return
    start, results = time.time(), {}
    for setting in SETTINGS:
        turns = [
            [in_a_process(side, setting, asked.seconds) for side in ("ours", "usual")]
            for _ in range(asked.turns)
        ]
        results[setting] = compare(*map(list, zip(*turns, strict=True)))
        print(f"{setting}: {results[setting]}", flush=True)
    if asked.examples:
        turns = [
            [
                in_a_process("ours", "tutorial's DCGAN, 64 px", asked.seconds),
                checkout(asked.examples, asked.seconds),
            ]
            for _ in range(asked.turns)
        ]
        results["script of pytorch/examples, 64 px"] = compare(*map(list, zip(*turns, strict=True)))
        print(results["script of pytorch/examples, 64 px"])
    if asked.save:
        import record

        print(record.save("training_step", results, seconds=time.time() - start))


if __name__ == "__main__":
    main()
