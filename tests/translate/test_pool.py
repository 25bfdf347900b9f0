"""The pool of pictures: half from the past, none lost, and the same again after a restart."""

import pytest
import torch

from ganlearn.errors import UserError
from ganlearn.translate import Pool


def numbered(start, n):
    return torch.arange(start, start + n).float().view(n, 1)


def run(pool, batches, n=4, start=0):
    return [pool(numbered(start + i * n, n)) for i in range(batches)]


def test_while_it_fills_pictures_pass_at_once():
    pool = Pool((1,), size=10)
    out = torch.cat(run(pool, 2, n=5))
    assert torch.equal(out, numbered(0, 10))
    assert torch.equal(pool.pictures, numbered(0, 10))


def test_then_half_of_them_come_from_the_past():
    pool = Pool((1,), size=20, seed=3)
    run(pool, 20, n=1)
    older = torch.cat([pool(numbered(i, 1)) < i for i in range(20, 3_020)])
    assert abs(older.float().mean() - 0.5) < 0.035  # nearly four standard errors


def test_how_long_a_picture_stays():
    """A kept picture leaves with chance 1/2 · 1/size a time: it stays 2·size times on average."""
    pool, size = Pool((1,), size=10, seed=1), 10
    run(pool, size, n=1)
    ages = []
    for i in range(size, 6_000):
        out = pool(numbered(i, 1)).item()
        if out < i:
            ages.append(i - out)
    assert abs(sum(ages) / len(ages) - 2 * size) < 1.5


def test_no_picture_is_lost_or_doubled():
    pool = Pool((1,), size=7, seed=5)
    out = torch.cat(run(pool, 50, n=3))
    assert pool.count == 150
    kept = pool.pictures.flatten().tolist()
    assert sorted(out.flatten().tolist() + kept) == sorted(list(range(150)) + kept_first(out, kept))


def kept_first(out, kept):
    """What was handed out while the pool was filling, and stayed in it all the same."""
    out = out.flatten().tolist()
    return [x for x in range(7) if x in kept or out.count(x) == 2]


def test_seeds_differ_and_repeat():
    first, same, other = (torch.cat(run(Pool((1,), 5, seed), 30)) for seed in (0, 0, 1))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_restored_pool_goes_on_as_if_nothing_had_happened():
    pool, other = Pool((1,), size=6), Pool((1,), size=6)
    run(pool, 9)
    other.load_state_dict(pool.state_dict())
    assert other.count == 36
    for ours, theirs in zip(run(pool, 9, start=36), run(other, 9, start=36), strict=True):
        assert torch.equal(ours, theirs)


def test_it_keeps_numbers_not_graphs_and_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    pool = Pool((2, 3, 3), size=4)
    fresh = torch.ones(3, 2, 3, 3, requires_grad=True)
    out = torch.stack([pool(fresh * i) for i in range(5)])
    assert not out.requires_grad
    assert not pool.pictures.requires_grad
    assert torch.equal(before, torch.get_rng_state())


def test_what_was_handed_out_does_not_change_when_the_pool_does():
    pool = Pool((1,), size=3)
    outs = run(pool, 40, n=2)
    copies = [out.clone() for out in outs]
    run(pool, 40, n=2, start=80)
    assert all(torch.equal(a, b) for a, b in zip(outs, copies, strict=True))


def test_a_pool_of_size_0_hands_out_what_it_is_given():
    pool = Pool((1,), size=0)
    for fresh in (torch.rand(3, 1), torch.rand(2, 1)):
        assert torch.equal(pool(fresh), fresh)


def test_a_negative_size_is_one_sentence():
    with pytest.raises(UserError, match="its size is -1"):
        Pool((1,), size=-1)
