"""Train the decoder of the perceptual network: ``python -m ganlearn.weights.decode``."""

from __future__ import annotations

import time
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from ganlearn import progress, runtime, threads
from ganlearn.nets.stored import model_card
from ganlearn.style.features import Extractor
from ganlearn.style.networks import Decoder, decoder, perceptual
from ganlearn.style.objective import relative
from ganlearn.style.statistics import MEAN_STD
from ganlearn.weights.crops import HELD_OUT, Crops, held_out
from ganlearn.weights.norms import folded, with_norms
from ganlearn.weights.store import put

LAYER = "relu4_1"
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
WIDTHS = ((96,), (96, 96, 96, 64), (64, 32), (32, 16))
STEPS, BATCH, SIZE, RATE, SEED = 3_500, 8, 96, 3e-3, 0
PIXELS, STYLE = 4.0, 1.0  # weights; the features of the result weigh 1


def make() -> dict[str, Any]:
    """Train, write the weights and their card, and return the card."""
    device = runtime.device()
    threads.settle()
    encoder = perceptual().to(device)
    start = time.perf_counter()
    network = fit(encoder, Crops(), device).cpu().eval()
    network.layers = folded(network.layers)
    card = {
        "name": "decoder",
        "kind": "decoder",
        "data": f"as the encoder: photographs without {', '.join(HELD_OUT)}, and paintings; half "
        "of the pictures as they are, half with the mean and spread of another one's features",
        "for": f"pictures from {LAYER} of the perceptual network: AdaIN, whitening-colouring",
        "not for": "other encoders, or copies: what that layer has lost is made up",
        "licence": "MIT",
        "network": {"channels": channels(encoder), "widths": WIDTHS},
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "encoder": {"name": "perceptual", "sha256": model_card("perceptual")["sha256"]},
        "training": {
            "steps": STEPS,
            "batch": BATCH,
            "size": SIZE,
            "peak learning rate": RATE,
            "weights": {"pixels": PIXELS, "features": 1.0, "style": STYLE},
            "seed": SEED,
        },
        "command": "python -m ganlearn.weights.decode",
        "seconds": round(time.perf_counter() - start),
    }
    return put(network.state_dict(), card, lambda: score(perceptual(), decoder()))


def fit(encoder: Extractor, crops: Crops, device: torch.device) -> Decoder:
    """A decoder after ``STEPS`` steps."""
    network = fresh(channels(encoder))
    network.to(device, memory_format=torch.channels_last)
    encoder.to(memory_format=torch.channels_last)
    random = runtime.generator(SEED)
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=STEPS, pct_start=0.1
    )
    precision = "bfloat16" if runtime.bfloat16_is_fast(device) else "float32"
    for step in progress.bar(range(1, STEPS + 1), title="training the decoder", unit="step"):
        pictures = crops.draw(BATCH, SIZE, random).to(device, memory_format=torch.channels_last)
        with runtime.autocast(device, precision):
            terms = losses(network, encoder, pictures)
        optimiser.zero_grad()
        sum(terms).backward()
        optimiser.step()
        schedule.step()
        if step % 250 == 0:
            told = ", ".join(f"{term.item():.3f}" for term in terms)
            print(f"step {step}: pixels, features, style {told}", flush=True)
    return network


def fresh(inputs: int) -> Decoder:
    """A decoder with batch norms, which draws grey at first."""
    with runtime.seeded(SEED):
        network = Decoder(inputs, WIDTHS)
        network.layers = with_norms(network.layers)
        nn.init.normal_(network.layers.picture.weight, std=1e-3)
        nn.init.constant_(network.layers.picture.bias, 0.5)
    return network


def losses(network: Decoder, encoder: Extractor, pictures: Tensor) -> tuple[Tensor, ...]:
    """Pixels of the first half, which keeps its style; features of all; style of the second half,
    in which each picture is given that of its neighbour.

    Paper: Huang and Belongie 2017, arXiv:1703.06868, section 5.2; the half without a change is
    added here, so that strength 0 is a picture, too.
    """
    half = len(pictures) // 2
    with torch.no_grad():
        seen = encoder(pictures, STYLE_LAYERS)
        neighbour = {name: features[half:].roll(1, 0) for name, features in seen.items()}
        moved = MEAN_STD.transport(seen[LAYER][half:], neighbour[LAYER])
        wanted = torch.cat([seen[LAYER][:half].float(), moved])
    made = network(wanted).float()
    found = encoder(made, STYLE_LAYERS)
    style = [
        MEAN_STD.distance(MEAN_STD.of(found[name][half:]), MEAN_STD.of(neighbour[name]))
        for name in STYLE_LAYERS
    ]
    return (
        PIXELS * mse_loss(made[:half], pictures[:half]) / pictures.var(),
        relative(found[LAYER], wanted),
        STYLE * torch.stack(style).mean(),
    )


def channels(encoder: Extractor) -> int:
    """Of the encoder's features at ``LAYER``."""
    return encoder.layers.get_submodule(LAYER.replace("relu", "conv")).out_channels


@torch.no_grad()
def score(encoder: Extractor, network: Decoder) -> dict[str, Any]:
    """How near the decoded features of the held-out photographs come to them, in decibels."""
    found = {}
    for name, pictures in zip(HELD_OUT, held_out(384), strict=True):
        height, width = (side // 8 * 8 for side in pictures.shape[-2:])
        pictures = pictures[..., :height, :width]
        made = network(encoder(pictures, [LAYER])[LAYER]).clamp(0, 1)
        found[name] = round(-10 * mse_loss(made, pictures).log10().item(), 1)
    return {"PSNR on held-out photographs in dB": found}


if __name__ == "__main__":
    print(make())
