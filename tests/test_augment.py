"""Augmentations against closed forms: their means, their gradients, their independence."""

import pytest
import torch

from ganlearn import augment, data, nets, rules, training
from ganlearn.errors import UserError

N, SIDE = 20_000, 8
PIECES = list(augment.PIECES.items())


def source(seed=0):
    return torch.Generator().manual_seed(seed)


def picture(channels=3, side=SIDE, seed=1):
    return torch.rand(1, channels, side, side, generator=source(seed)) * 2 - 1


def mean_of(piece, x):
    """The average of a piece over many draws for one picture."""
    return piece(x.expand(N, -1, -1, -1), source(2)).mean(0, keepdim=True)


def shifts(side):
    """(2·farthest + 1, side, side): what each shift along an axis does, as matrices."""
    farthest = side // 8
    steps = range(-farthest, farthest + 1)
    return torch.stack([torch.diag(torch.ones(side - abs(s)), s) for s in steps])


def test_colour_leaves_a_picture_as_it_is_on_average():
    x = picture()
    torch.testing.assert_close(mean_of(augment.colour, x), x, atol=0.02, rtol=0)


def test_translation_averages_over_all_shifts():
    x = picture(side=16)
    one_axis = shifts(16).mean(0)
    expected = one_axis @ x @ one_axis.T
    torch.testing.assert_close(mean_of(augment.translation, x), expected, atol=0.03, rtol=0)


def test_a_translated_picture_is_one_of_the_shifted_ones():
    x = picture(side=16)
    all_of_them = torch.cat([down @ x @ right.T for down in shifts(16) for right in shifts(16)])
    seen = augment.translation(x.expand(200, -1, -1, -1), source())
    same = (seen.flatten(1)[:, None] == all_of_them.flatten(1)).all(-1)
    assert same.any(1).all()
    assert same.any(0).sum() == 25


@pytest.mark.parametrize("side", [8, 6])
def test_a_hole_covers_each_pixel_as_often_as_its_place_says(side):
    seen = mean_of(augment.cutout, torch.ones(1, 1, side, side))
    width = side // 2
    covered = torch.tensor(
        [
            sum(m - width // 2 <= i < m - width // 2 + width for m in range(side)) / side
            for i in range(side)
        ]
    )
    expected = 1 - covered[:, None] * covered
    torch.testing.assert_close(seen[0, 0], expected, atol=0.02, rtol=0)


def test_grey_pictures_stay_grey_and_saturation_leaves_their_differences():
    x = picture(channels=1)
    seen = augment.colour(x, source())
    contrast = ((seen - seen.mean()) / (x - x.mean())).flatten()
    torch.testing.assert_close(contrast, contrast[:1].expand(SIDE * SIDE), atol=1e-4, rtol=1e-4)
    assert 0.5 <= contrast[0] <= 1.5


@pytest.mark.parametrize(("name", "piece"), PIECES)
def test_each_picture_has_its_own_draws(name, piece):
    same = picture(side=16).expand(8, -1, -1, -1)
    seen = piece(same, source()).flatten(1)
    assert len(seen.unique(dim=0)) >= 5


@pytest.mark.parametrize(("name", "piece"), PIECES)
def test_no_picture_sees_another(name, piece):
    x = torch.cat([picture(seed=i) for i in range(4)])
    other = x.clone()
    other[2] += 1
    differ = (piece(x, source()) != piece(other, source())).flatten(1).any(1)
    assert differ.tolist() == [False, False, True, False]


@pytest.mark.parametrize(("name", "piece"), PIECES)
def test_the_gradient_is_that_of_a_straight_map(name, piece):
    """Each piece is linear in the picture up to a shift, so J·d is a difference of values."""
    x, d = picture(side=16).double(), picture(side=16, seed=3).double()
    _, along = torch.func.jvp(lambda at: piece(at, source()), (x,), (d,))
    torch.testing.assert_close(along, piece(x + d, source()) - piece(x, source()))
    x.requires_grad_()
    weight = picture(side=16, seed=4).double()
    (gradient,) = torch.autograd.grad((piece(x, source()) * weight).sum(), x)
    torch.testing.assert_close((gradient * d).sum(), (along * weight).sum())
    assert gradient.abs().sum() > 0


def test_the_empty_policy_is_the_identity():
    x = picture()
    assert augment.diffaugment("")(x, source()) is x


def test_a_policy_is_its_pieces_in_order_and_says_so():
    policy = augment.diffaugment("cutout, colour")
    x, random = picture(side=16), source()
    expected = augment.colour(augment.cutout(x, random), random)
    assert torch.equal(policy(x, source()), expected)
    assert policy.__name__ == "diffaugment cutout,colour"
    assert policy == augment.diffaugment("cutout,colour")


@pytest.mark.parametrize("shape", [(5_000, 2), (200, 3, 8, 8)])
def test_instance_noise_has_the_spread_it_says(shape):
    x = torch.ones(shape)
    added = augment.instance_noise(0.3)(x, source()) - x
    assert added.std().item() == pytest.approx(0.3, rel=0.03)
    assert added.mean().item() == pytest.approx(0, abs=0.02)
    assert augment.instance_noise(0.3).__name__ == "instance noise 0.3"


def test_the_global_random_state_is_left_alone():
    before = torch.get_rng_state()
    for _, piece in [*PIECES, ("noise", augment.instance_noise(1))]:
        piece(picture(), source())
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: augment.diffaugment("color"), "no augmentation 'color'; write names from colour"),
        (lambda: augment.instance_noise(-1), "cannot be -1"),
        (lambda: augment.diffaugment("cutout")(torch.zeros(4, 2), source()), "instance_noise"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(make, sentence):
    with pytest.raises(UserError, match=sentence):
        make()


def test_every_member_of_an_ensemble_has_its_own_noise():
    games = training.Ensemble(
        lambda seed: nets.mlp((2,), latent=2, hidden=8, seed=0),
        data.ring(),
        members=3,
        batch=8,
        phases=rules.rule(seen=augment.instance_noise(0.1)),
        device="cpu",
    )
    seen = torch.vmap(lambda x: augment.instance_noise(1.0)(x, source()), randomness="different")(
        torch.zeros(3, 8, 2)
    )
    assert len(seen.flatten(1).unique(dim=0)) == 3
    *_, report = games.run(3)
    assert report.losses["generator"].unique().numel() == 3


def test_pictures_are_augmented_inside_an_ensemble_too():
    draw = torch.vmap(
        lambda x: augment.diffaugment("colour,translation,cutout")(x, source()),
        randomness="different",
    )
    seen = draw(picture(side=16).expand(3, 2, -1, -1, -1))
    assert len(seen.flatten(0, 1).flatten(1).unique(dim=0)) == 6


def test_a_trainer_plays_on_augmented_pictures():
    phases = rules.rule(seen=augment.diffaugment("colour,translation,cutout"))
    game = training.Game(*nets.dcgan(8, 1, latent=4, width=4))
    trainer = training.Trainer(game, data.digits(size=8), batch=8, phases=phases, device="cpu")
    *_, report = trainer.run(2)
    assert report.step == 2
