"""Five seeds of a VAE, a GAN and a VAE-GAN with the same decoder on the scanned digits.

    python benchmarks/same_decoder.py
    python benchmarks/same_decoder.py pixels    # a VAE-GAN that compares pixels, not features

The budget is that of chapter 09, which trains seed 0 of each again. Scores compare 2,000 generated
digits with the 360 that were kept back, in the features of ``metrics.features("digits")``; the row
"training digits" is what real digits get.
"""

from __future__ import annotations

import sys
import time

import record
import torch
from torch import Tensor

from ganlearn import data, metrics, nets, progress, runtime, training, vae
from ganlearn.game import Phase

STEPS, SEEDS, LATENT, HIDDEN = 2_000, range(5), 8, 128
GAMES = {
    "VAE": lambda players: vae.VAE(*players, noise=0.3),
    "GAN": lambda players: training.Game(players[0].decoder, players[1]),
    "VAE-GAN": lambda players: vae.VAEGAN(*players),
}
TRAIN, HELD_OUT = data.digits(size=16).split(0.8, seed=0)
READER = metrics.train_classifier(TRAIN)
WANTED = metrics.recognise(READER, HELD_OUT.samples).confident


def sharpness(pictures: Tensor) -> float:
    """Mean difference of neighbouring pixels, in units of the range from -1 to 1."""
    return float(pictures.diff(dim=-1).abs().mean() + pictures.diff(dim=-2).abs().mean()) / 2


def scores(made: Tensor) -> dict[str, float]:
    """Everything that is measured of generated digits (2000, 1, 16, 16)."""
    real, fake = (metrics.extract("digits", x) for x in (HELD_OUT.samples, made))
    near = metrics.neighbourhood(real, fake[: len(real)], k=5)
    kid = metrics.kernel_distance(
        real, fake, random=runtime.generator(0), subsets=100, subset_size=300
    )
    seen = metrics.recognise(READER, made)
    found = {
        "KID": kid.value,
        "Fréchet distance": metrics.frechet_distance(real, fake),
        "precision": near.precision,
        "recall": near.recall,
        "density": near.density,
        "coverage": near.coverage,
        "sure": seen.confident / WANTED,
        "rarest class": float(seen.balance.min()),
        "sharpness": sharpness(made) / sharpness(HELD_OUT.samples),
    }
    return {name: round(value, 4) for name, value in found.items()}


class ByPixels(vae.VAEGAN):
    """A VAE-GAN in all but one thing: it compares pixels where the other compares features."""

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The discriminator as in the VAE-GAN, then encoder and decoder."""
        return super().phases[0], Phase("generator", pixels_and_game)


def pixels_and_game(game: ByPixels, real: Tensor, z: Tensor) -> Tensor:
    """The VAE-GAN's objective with the identity in place of the discriminator's features."""
    noise, prior = z.unbind(1)
    mean, log_variance = game.generator.encode(real)
    code = vae.placed(mean, log_variance, noise)
    explained = vae.gaussian_log_likelihood(real, game.generator(code), game.noise)
    bound = vae.elbo(explained, vae.gaussian_kl(mean, log_variance), game.beta).mean()
    fake = game.generator(torch.cat([code.detach(), prior]))
    return game.adversarial * game.loss.generator(game.discriminator(fake)) - bound


GAMES_BY_PIXELS = {"VAE-GAN by pixels": lambda players: ByPixels(*players)}


def run(name: str, seed: int) -> dict[str, float]:
    """Train one game and score it."""
    players = nets.mlp_vae((1, 16, 16), latent=LATENT, hidden=HIDDEN, seed=seed)
    trainer = training.Trainer(
        (GAMES | GAMES_BY_PIXELS)[name](players),
        TRAIN,
        seed=seed,
        batch=64,
        learning_rate=1e-3,
        ema_half_life=10_000,
        device="cpu",
    )
    start = time.process_time()
    for _ in trainer.run(STEPS, every=STEPS):
        pass
    found = {"seconds": round(time.process_time() - start, 1)}
    found |= scores(trainer.samples(2_000, seed=1))
    if name != "GAN":
        again = trainer.ema.network.reconstruct(HELD_OUT.samples)
        error = float((again - HELD_OUT.samples).square().mean())
        found |= {
            "error given back": round(error, 4),
            "sharpness given back": round(sharpness(again) / sharpness(HELD_OUT.samples), 4),
        }
    return found


def main() -> None:
    start = time.time()
    pixels = sys.argv[1:] == ["pixels"]
    games = GAMES_BY_PIXELS if pixels else GAMES
    found: dict[str, list[dict[str, float]]] = {
        "training digits": [scores(TRAIN.draw(2_000, runtime.generator(1)))]
    }
    for name, seed in progress.bar([(n, s) for s in SEEDS for n in games], title="runs"):
        found.setdefault(name, []).append(run(name, seed))
        print(name, seed, found[name][-1], flush=True)
    features = metrics.features("digits").sha256
    seconds = time.time() - start
    file = "same_decoder_by_pixels" if pixels else "same_decoder"
    print(record.save(file, found, seconds=seconds, steps=STEPS, features=features))


if __name__ == "__main__":
    main()
