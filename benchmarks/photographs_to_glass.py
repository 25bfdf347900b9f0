"""A longer run of chapter 13's unpaired translation, as thumbnails for the chapter.

    python benchmarks/photographs_to_glass.py

Writes ``chapters/pictures/13_photographs_to_glass.png``, four rows of pictures that took no part:
photographs, the same as glass, panes of glass, the same as photographs; and the measures in
``results/photographs_to_glass.json``.
"""

import time

import torch
from record import ROOT, save
from torch.nn.functional import l1_loss

from ganlearn import plots, training, translate
from ganlearn.provenance import provenance

SIZE, WIDTH, DEPTH, PATCH_DEPTH = 64, 16, 4, 2
STEPS, BATCH, RATE = 1_500, 8, 1e-3
CYCLE, IDENTITY = 5.0, 1.0
COLUMNS = 8
PICTURE = ROOT / "chapters" / "pictures" / "13_photographs_to_glass.png"


def main() -> None:
    """Train, measure, and write the thumbnails."""
    source = translate.photographs_and_paintings(4_000, SIZE, 0, ["glass"])
    held_out = translate.photographs_and_paintings(200, SIZE, 1, ["glass"])
    nets = translate.cyclegan(SIZE, width=WIDTH, depth=DEPTH, patch_depth=PATCH_DEPTH)
    trainer = training.Trainer(
        translate.CycleGAN(*nets, cycle=CYCLE, identity=IDENTITY),
        source,
        batch=BATCH,
        learning_rate=RATE,
        decay=(STEPS * BATCH // 2, STEPS * BATCH),
        ema_half_life=2_000,
        device="cpu",
    )
    start = time.perf_counter()
    for report in trainer.run(STEPS):
        print(report.step, round(report.seconds), report.losses, flush=True)
    seconds = time.perf_counter() - start
    network, a, b = trainer.ema.network, held_out.a.samples, held_out.b.samples
    with torch.no_grad():
        in_b, in_a = network.a_to_b(a), network.b_to_a(b)
        back = network.b_to_a(in_b)
    shown = [side[:COLUMNS] for side in (a, in_b, b, in_a)]
    PICTURE.parent.mkdir(exist_ok=True)
    sheet = plots.grid(torch.cat(shown), columns=COLUMNS, scale=1)
    sheet.quantize(256).save(PICTURE, optimize=True)  # a third of the bytes, nothing to be seen
    results = {
        "style distance of photographs": translate.style_distance(a, b),
        "style distance": translate.style_distance(in_b, b),
        "lines kept": translate.lines_kept(translate.outlines(a), in_b),
        "there and back": l1_loss(back, a).item(),
    }
    rounded = {name: round(value, 4) for name, value in results.items()}
    memory = provenance()["peak_mib"]
    settings = {"size": SIZE, "width": WIDTH, "steps": STEPS, "batch": BATCH}
    settings |= {"cycle": CYCLE, "identity": IDENTITY}
    print(rounded, save("photographs_to_glass", rounded, seconds=seconds, mib=memory, **settings))


if __name__ == "__main__":
    main()
