"""The convolution of the networks here is torch's, with an edge that costs less."""

import pytest
import torch
from torch import nn

from ganlearn import runtime
from ganlearn.style.convolution import Convolution


def pair(**options):
    """Ours and torch's with the same weights."""
    with runtime.seeded(0):
        ours = Convolution(3, 5, **options)
    torchs = nn.Conv2d(3, 5, **options)
    torchs.load_state_dict(ours.state_dict())
    return ours, torchs


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate"])
@pytest.mark.parametrize(("size", "padding"), [(3, 1), (5, 2), ((3, 5), (1, 2))])
def test_values_and_slopes_are_torchs(mode, size, padding):
    ours, torchs = pair(kernel_size=size, padding=padding, padding_mode=mode)
    x = torch.rand(2, 3, 9, 12, generator=runtime.generator(0), requires_grad=True)
    a, b = ours(x), torchs(x)
    assert torch.equal(a, b)
    slopes = [torch.autograd.grad(y.square().sum(), x)[0] for y in (a, b)]
    assert torch.equal(*slopes)


def test_nothing_is_kept_in_float32_under_autocast():
    ours, torchs = pair(kernel_size=3, padding=1, padding_mode="reflect")
    x = torch.rand(1, 3, 32, 32, generator=runtime.generator(0)).bfloat16().requires_grad_()

    def kept(layer):
        tensors = []
        with (
            torch.autocast("cpu", torch.bfloat16),
            torch.autograd.graph.saved_tensors_hooks(lambda t: tensors.append(t) or t, lambda t: t),
        ):
            result = layer(x)
        return result, {t.dtype for t in tensors if t.ndim == 4 and t.shape[-1] >= 32}

    (a, narrow), (b, wide) = kept(ours), kept(torchs)
    assert torch.equal(a, b)
    assert narrow == {torch.bfloat16}
    assert torch.float32 in wide or wide == {torch.bfloat16}  # a torch that mended it is as good
