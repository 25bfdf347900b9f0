"""The picture at the top of the README: ``python docs/pictures/make_results.py``."""

from pathlib import Path

import matplotlib.pyplot as plt
import torch

from ganlearn import data, nets, plots, runtime, training

HERE = Path(__file__).parent


def main() -> None:
    """Data above, what was learned from them below."""
    ring = data.ring(modes=8, std=0.1)
    points = training.Trainer(
        training.Game(*nets.mlp((2,), latent=2, hidden=64)),
        ring,
        learning_rate=1e-3,
    )
    for _ in points.run(3_000):
        pass
    random = runtime.generator(1)
    digits, paintings = data.digits(size=16), data.paintings(48, size=32, seed=1)
    pairs = [
        (
            plots.grid(real),
            plots.grid(nets.shipped(name)(torch.randn(48, latent, generator=random))),
        )
        for name, latent, real in (
            ("digits", 16, digits.draw(48, random)),
            ("paintings", 64, paintings.samples),
        )
    ]
    figure, axes = plt.subplots(2, 3, figsize=(9.6, 5.6), width_ratios=[0.8, 1, 1])
    real = ring.draw(1_500, random)
    for ax, samples, color in (
        (axes[0, 0], real, plots.REAL),
        (axes[1, 0], points.samples(1_500), plots.FAKE),
    ):
        ax.scatter(*samples.cpu().T, s=3, color=color, linewidths=0)
        ax.set(aspect="equal", xlim=(-2.6, 2.6), ylim=(-2.6, 2.6))
    for column, pair in enumerate(pairs, 1):
        for ax, picture in zip(axes[:, column], pair, strict=True):
            ax.imshow(picture, interpolation="nearest")
    for ax, title in zip(
        axes[0], ("Points (chapter 03)", "Digits (01, 04)", "Paintings (04)"), strict=True
    ):
        ax.set_title(title, loc="center")
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    for ax, label in zip(axes[:, 0], ("data", "generated"), strict=True):
        ax.set_ylabel(label, fontsize=13)
    figure.savefig(HERE / "results.png", dpi=100)


if __name__ == "__main__":
    main()
