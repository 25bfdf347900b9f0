"""Style transfer by optimisation: the pixels themselves are what is trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ganlearn import progress, runtime, threads
from ganlearn.style import colour as colours
from ganlearn.style import memory, pictures, presets, pyramid, stylized
from ganlearn.style.descent import LBFGS, Adam, descent
from ganlearn.style.features import Extractor
from ganlearn.style.material import Material, gather
from ganlearn.style.networks import perceptual
from ganlearn.style.objective import Objective, Style
from ganlearn.style.pictures import Picture
from ganlearn.style.presets import DEFAULT, Preset
from ganlearn.style.regions import Mask
from ganlearn.style.stylized import Stylized, Trace
from ganlearn.style.tiles import Tiled


@dataclass(frozen=True, eq=False)
class Progress:
    """What a callback is told after every step.

    Attributes:
        step, steps: taken so far, and in all, over all scales.
        size: pixels of the longer side at this scale.
        terms: of the loss, scalars that are still on the device; ``float`` reads one.
        picture: the one to look at, (1, 3, height, width) in [0, 1], on the device.
    """

    step: int
    steps: int
    size: int
    terms: dict[str, Tensor]
    picture: Tensor


@torch.inference_mode(False)  # gradients are needed, whatever mode the caller is in
def stylize(
    content: Picture,
    style: Picture | Sequence[Picture],
    strength: float = 0.5,
    *,
    size: int = 256,
    steps: int = 150,
    scales: int = 3,
    weights: Sequence[float] | None = None,
    masks: Sequence[Mask] | None = None,
    colour: str = "style",
    style_scale: float = 1.0,
    start: Picture = "content",
    preset: str | Preset = DEFAULT,
    extractor: Extractor | None = None,
    optimiser: str = "lbfgs",
    learning_rate: float | None = None,
    tile: int | None = None,
    seed: int = 0,
    device: str | torch.device | None = None,
    callback: Callable[[Progress], None] | None = None,
) -> Stylized:
    """A picture that shows what one picture shows, in the manner of another.

    The pixels start as the content and descend the loss of :class:`Objective`, first on a small
    copy, then on larger ones. Ctrl-C ends the descent early and keeps the picture as it is.

    Args:
        content, style: what :func:`ganlearn.style.pictures.read` takes; several styles are mixed.
        strength: 0 keeps the content as it is, 1 cares for the style alone.
        size: pixels of the result's longer side.
        steps: in all, shared among the scales.
        scales: sizes to work at, each with half the pixels of the next.
        weights: of the styles, equal when not given; only their proportions matter.
        masks: one for each style, where in the result it goes; see :mod:`ganlearn.style.regions`.
        colour: ``"style"`` takes the style's colours, ``"luminance"`` and ``"match"`` keep the
            content's; see :mod:`ganlearn.style.colour`.
        style_scale: size of the style picture relative to the result; larger means larger strokes.
        start: ``"content"``, ``"noise"``, or a picture.
        preset: layers, weights and statistic, or their name.
        extractor: the network that compares; it is moved to the device. The shipped one if not
            given.
        optimiser: ``"lbfgs"`` or ``"adam"``, which takes less memory.
        learning_rate: the optimiser's own when not given.
        tile: pixels on the side of the tiles that the network looks at one by one; only when the
            picture does not fit into memory as a whole if not given. The result is the same.
        seed: of the noise.
        device: to compute on; the best one present when not given.
        callback: is told about every step.

    Raises:
        UserError: for input that cannot be used, or a loss that is no longer finite.

    Paper: Gatys, Ecker and Bethge 2016, arXiv:1508.06576. Taught in chapter 11.
    """
    recipe = stylized.recipe_of("stylize", locals())
    threads.settle()
    on = runtime.device(device)
    network = perceptual() if extractor is None else extractor
    network.to(on, memory_format=torch.channels_last)
    objective = Objective(
        network if tile is None else Tiled(network, tile), presets.preset(preset), strength
    )
    way, manner = descent(optimiser, learning_rate), colours.find(colour)
    material = gather(
        content,
        style,
        size,
        style_scale=style_scale,
        weights=weights,
        masks=masks,
        colour=manner,
        device=on,
    )
    objective = memory.fitting(objective, material.shape, on, way.keeps)
    shapes = pyramid.shapes(material.original, size, scales, objective.smallest)
    first = _start(start, material, seed)
    run = Run(objective, way, callback)
    finished = run.through(material, shapes, steps, first)
    result = manner.finish(material.content, pictures.resize_to(way.picture, material.shape))
    return Stylized(result.cpu(), recipe, run.trace.rows, finished)


def _start(start: Picture, material: Material, seed: int) -> Tensor:
    """The first picture, (1, 3, height, width) in [0, 1]."""
    content = material.content
    if isinstance(start, str) and start == "content":
        return content
    if isinstance(start, str) and start == "noise":
        return torch.rand(content.shape, generator=runtime.generator(seed)).to(content)
    return pictures.read(start).to(content)


def _at(shape: tuple[int, int], picture: Tensor, first: Tensor, keep: bool) -> Tensor:
    """A picture brought to a scale; if it is to keep the content, with the content's detail.

    Only what was changed so far is enlarged then, and laid over the content: what small copies
    cannot hold, such as fine hair, is not lost on the way.
    """
    if not keep:
        return pictures.resize_to(picture, shape)
    change = picture - pictures.resize_to(first, picture.shape[-2:])
    finer = pictures.resize_to(first, shape) + interpolate(change, shape, mode="bilinear")
    return finer.clamp(0, 1)


class Run:
    """The descent over all scales.

    Attributes:
        trace: of the steps taken so far.
    """

    def __init__(
        self,
        objective: Objective,
        way: Adam | LBFGS,
        callback: Callable[[Progress], None] | None = None,
    ) -> None:
        self.objective, self.way, self.callback = objective, way, callback
        self.trace = Trace()
        self._terms: dict[str, Tensor] = {}

    def through(
        self, material: Material, shapes: list[tuple[int, int]], steps: int, first: Tensor
    ) -> bool:
        """Descend at every shape, the coarsest first.

        Returns:
            False when Ctrl-C ended it early.
        """
        picture = first
        shared = zip(shapes, pyramid.share(steps, len(shapes)), strict=True)
        try:
            with progress.bar(total=steps, title="stylising", unit="step") as bar:
                for shape, count in shared:
                    content, styles = material.at(shape, self.objective)
                    picture = _at(shape, picture, first, keep=first is material.content)
                    self.way.enter(picture.contiguous(memory_format=torch.channels_last))
                    for _ in range(count):
                        self._step(content, styles, steps)
                        bar.update()
                    picture = self.way.picture
            self.trace.read()
        except KeyboardInterrupt:
            if not self.trace.rows:
                raise
            self.trace.read()
            print(f"Stopped after step {len(self.trace.rows)}; the picture so far is kept.")
            return False
        return True

    def _step(self, content: dict[str, Tensor], styles: list[Style], steps: int) -> None:
        def loss(picture: Tensor) -> Tensor:
            terms = self.objective.terms(picture, content, styles)
            # Kept beyond this step: one that stays where it is need not look again.
            self._terms = {name: term.detach() for name, term in terms.items()}
            return self.objective.total(terms)

        self.way.step(loss)
        terms, picture = self._terms, self.way.picture
        size = max(picture.shape[-2:])
        self.trace.add(size, terms)
        if self.callback is not None:
            self.callback(Progress(len(self.trace.rows), steps, size, terms, picture))
