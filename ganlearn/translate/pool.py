"""A pool of pictures that a generator made some time ago."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganlearn import runtime
from ganlearn.errors import UserError


class Pool(nn.Module):
    """Hands out every second time a picture from the past instead of the one it is given.

    A discriminator that sees only the newest pictures forgets what it knew about older ones, and
    a generator can return to a trick that was found out long ago. As long as the pool is not full,
    pictures are kept and handed out at once. Then, with probability 1/2, the picture is exchanged
    for a random one of the pool.

    The pictures are saved with the network that the pool is a part of, and so is their count; it
    decides all that is drawn, so that a restored pool goes on as if nothing had happened.

    Args:
        shape: of one picture.
        size: how many are kept; 0 for no pool at all.
        seed: of the exchanges.

    Raises:
        UserError: when the size is negative.

    Attributes:
        count: pictures that came in so far.

    Paper: Shrivastava et al. 2017, arXiv:1612.07828, section 2.3. Taught in chapter 13.
    """

    def __init__(self, shape: tuple[int, ...], size: int = 50, seed: int = 0) -> None:
        super().__init__()
        if size < 0:
            raise UserError(f"A pool keeps 0 pictures or more; its size is {size}.")
        self.register_buffer("pictures", torch.zeros(size, *shape))
        self.seed, self.count = seed, 0

    @torch.no_grad()
    def forward(self, fresh: Tensor) -> Tensor:
        """Pictures (n, *shape) from now and from before, for as many fresh ones."""
        if not len(self.pictures):
            return fresh.detach()
        # A generator on the CPU, so that no number has to be fetched from a GPU.
        random = runtime.generator(self.seed * 1_000_003 + self.count)
        exchange = (torch.rand(len(fresh), generator=random) < 0.5).tolist()
        places = torch.randint(len(self.pictures), (len(fresh),), generator=random).tolist()
        handed_out = []
        for picture, old, place in zip(fresh.float(), exchange, places, strict=True):
            if self.count < len(self.pictures):
                self.pictures[self.count] = picture
            elif old:
                picture, self.pictures[place] = self.pictures[place].clone(), picture
            self.count += 1
            handed_out.append(picture)
        return torch.stack(handed_out)

    def get_extra_state(self) -> Tensor:
        """The count, for ``state_dict``: a buffer would have to be fetched from a GPU."""
        return torch.tensor(self.count)

    def set_extra_state(self, state: Tensor) -> None:
        """Take over a count from ``load_state_dict``."""
        self.count = int(state)
