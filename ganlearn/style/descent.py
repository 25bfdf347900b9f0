"""Two ways down a loss whose variable is a picture: Adam with an average, and L-BFGS."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ganlearn.errors import UserError
from ganlearn.style.pyramid import enlarge

HISTORY = 10
"""Steps whose change of slope L-BFGS remembers, each at the price of two pictures."""

OUTSIDE = 30.0
"""Weight of the mean square of what has left [0, 1], beside a loss near 1."""

Loss = Callable[[Tensor], Tensor]
"""From a picture (1, 3, height, width) to a scalar."""


class Adam:
    """Adam in the box [0, 1], its moments carried from scale to scale, its path averaged.

    The average of the last steps is smoother than the last step. Moments that began anew at every
    scale would make the first steps large and noisy, so they are enlarged with the picture.

    Args:
        learning_rate: in units of brightness, about how far a pixel moves in a step.
        memory: of the average; 0.9 looks back over about ten steps.

    Attributes:
        keeps: how many pictures' worth of memory it takes.

    Paper: Kingma and Ba 2015, arXiv:1412.6980. Taught in chapter 11.
    """

    keeps = 5  # the point, its gradient, two moments, the average

    def __init__(self, learning_rate: float = 0.03, memory: float = 0.9) -> None:
        self.learning_rate, self.memory = learning_rate, memory
        self._state: dict[str, Tensor] = {}

    def enter(self, picture: Tensor) -> None:
        """Begin a scale with a picture (1, 3, height, width) in [0, 1]."""
        self._point = picture.detach().clone().requires_grad_()
        self._optimiser = torch.optim.Adam([self._point], self.learning_rate, betas=(0.9, 0.99))
        if self._state:
            self._state = {
                name: value if value.ndim == 0 else enlarge(value, picture.shape[-2:])
                for name, value in self._state.items()
            }
            self._optimiser.state[self._point] = self._state
        self._sum, self._share = torch.zeros_like(self._point), 0.0

    def step(self, loss: Loss) -> None:
        """Take one step down the loss."""
        value = loss(self._point)
        (self._point.grad,) = torch.autograd.grad(value, self._point)
        self._optimiser.step()
        self._state = self._optimiser.state[self._point]
        with torch.no_grad():
            self._point.clamp_(0, 1)
            self._sum.lerp_(self._point, 1 - self.memory)
        self._share += (1 - self.memory) * (1 - self._share)

    @property
    def picture(self) -> Tensor:
        """The average of the last steps, (1, 3, height, width) in [0, 1]."""
        if not self._share:
            return self._point.detach()
        return (self._sum / self._share).clamp(0, 1)  # rounding may leave the range by a bit


class LBFGS:
    """L-BFGS with a line search, one for every scale: a new one would not know the curvature yet.

    Nothing is clamped on the way. The method trusts that the point is where it put it; a loss that
    moves the point breaks the estimate of the curvature, and the loss leaps. Clamped at the end
    alone, a picture far outside the range would lose what the loss has gained there. So leaving
    [0, 1] costs something, smoothly, and what is clamped in the end is next to nothing.

    Args:
        learning_rate: the first length that the line search tries, as a share of a full step.

    Attributes:
        keeps: how many pictures' worth of memory it takes.

    Paper: Liu and Nocedal 1989, doi:10.1007/BF01589116. Taught in chapter 11.
    """

    keeps = 2 * HISTORY + 10  # the search holds points and gradients of its own

    def __init__(self, learning_rate: float = 1.0) -> None:
        self.learning_rate = learning_rate

    def enter(self, picture: Tensor) -> None:
        """Begin a scale with a picture (1, 3, height, width) in [0, 1]."""
        self._point = picture.detach().clone().requires_grad_()
        self._optimiser = torch.optim.LBFGS(
            [self._point],
            self.learning_rate,
            max_iter=1,
            max_eval=25,  # the default, 1.25 · max_iter, leaves the line search a single look
            history_size=HISTORY,
            tolerance_grad=0,
            tolerance_change=0,
            line_search_fn="strong_wolfe",
        )
        self._seen: tuple[Tensor, Tensor, Tensor] | None = None
        self._settled = self._point.detach()

    def step(self, loss: Loss) -> None:
        """Take one step down the loss; the line search may look at several points."""
        self._optimiser.step(lambda: self._look(loss))
        self._settled = self._point.detach().clone()

    def _look(self, loss: Loss) -> Tensor:
        """The loss here, its gradient left on the point.

        A step begins where the last one's search has ended, so the last look is remembered.
        """
        if self._seen is None or not torch.equal(self._seen[0], self._point):
            outside = self._point - self._point.detach().clamp(0, 1)
            value = loss(self._point) + OUTSIDE * outside.square().mean()
            (gradient,) = torch.autograd.grad(value, self._point)
            self._seen = self._point.detach().clone(), value.detach(), gradient
        _, value, self._point.grad = self._seen
        return value

    @property
    def picture(self) -> Tensor:
        """Where the last whole step has ended, (1, 3, height, width); what has left [0, 1] is
        clamped, but only for looking.
        """
        return self._settled.clamp(0, 1)


DESCENTS = {"adam": Adam, "lbfgs": LBFGS}


def descent(name: str, learning_rate: float | None = None) -> Adam | LBFGS:
    """A way down by its name, with its own learning rate if none is given.

    Raises:
        UserError: for another name, or a learning rate that is not positive.

    Taught in chapter 11.
    """
    if name not in DESCENTS:
        raise UserError(f"There is no optimiser {name!r}; choose from {', '.join(DESCENTS)}.")
    if learning_rate is None:
        return DESCENTS[name]()
    if not 0 < learning_rate < float("inf"):
        raise UserError(f"The learning rate is {learning_rate}; choose a positive number.")
    return DESCENTS[name](learning_rate)
