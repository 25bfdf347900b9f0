"""Planted answers to the two exercises of docs/authoring.md."""

import torch

from ganlearn.checks.planted import right, wrong


@right("00.1")
def with_dim(x):
    return x - x.mean(0, keepdim=True)


@right("00.1")
def by_hand(x):
    columns = [column - sum(column) / len(column) for column in x.T]
    return torch.stack(columns, dim=1)


@wrong("00.1", "mean over the features")
def other_axis(x):
    return (x.T - x.mean(dim=-1)).T


@wrong("00.1", "one mean for all")
def no_axis(x):
    return x - sum(x.flatten()) / x.numel()


@wrong("00.1", "mean added")
def wrong_sign(x):
    return x - (-x.mean(dim=0))


@wrong("00.1", "mean alone")
def forgot_the_batch(x):
    return x.mean(dim=0)


@wrong("00.1", "no gradient")
def with_detach(x):
    return (x - x.mean(dim=0)).detach()


@wrong("00.1", "changes its inputs")
def in_place(x):
    with torch.no_grad():
        x -= x.mean(dim=0)
    return x + 0


@wrong("00.1", "returns nothing")
def no_return(x):
    x - x.mean(dim=0)


@wrong("00.1", "raises")
def wrong_name(x):
    return x - x.average(dim=0)


right("00.2")(196608)
right("00.2")(64 * 3 * 32**2)
wrong("00.2", "one picture")(3072)
wrong("00.2", "one channel")(65536)
wrong("00.2", "a sum")(131)
wrong("00.2", "axes")(4)
wrong("00.2", "wrong type")("3 x 32 x 32")
wrong("00.2", "wrong value")(196609)
