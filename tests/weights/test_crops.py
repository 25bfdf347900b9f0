"""What networks of style are trained on, and what is kept from them."""

import torch

from ganlearn import data, runtime
from ganlearn.weights.crops import HELD_OUT, Crops, held_out, picture


def test_pieces_are_pictures_of_their_seed():
    crops = Crops()
    one, again, other = (crops.draw(24, 32, runtime.generator(seed)) for seed in (0, 0, 1))
    assert one.shape == (24, 3, 32, 32)
    assert one.min() >= 0 and one.max() <= 1
    assert torch.equal(one, again) and not torch.equal(one, other)
    assert one.std((1, 2, 3)).median() > 0.05


def test_the_held_out_photographs_are_not_among_them():
    crops = Crops()
    assert len(crops.photographs) == len(data.photograph_names()) - len(HELD_OUT)
    for name in HELD_OUT:
        away = picture(name)
        same = [p for p in crops.photographs if p.shape == away.shape]
        assert not any(torch.equal(p, away) for p in same)


def test_held_out_photographs_keep_their_shape():
    for name, pixels in zip(HELD_OUT, held_out(96), strict=True):
        width, height = data.photograph(name).size
        assert max(pixels.shape[-2:]) == 96
        assert abs(pixels.shape[-1] / pixels.shape[-2] - width / height) < 0.03


def test_colours_and_contrast_change():
    """The same place of the same picture, again and again: its mean colour moves about."""
    crops = Crops()
    crops.photographs = [torch.tensor([0.8, 0.5, 0.2])[:, None, None].expand(3, 64, 64)]
    means = crops.draw(200, 16, runtime.generator(0)).mean((2, 3))
    assert means.std(0).min() > 0.05
