"""A small classification task."""

import torch
from support.networks import CLASSES, INPUTS

from rankcollapse.training.data import Data
from rankcollapse.training.trainer import Plan, train

SAMPLES, BATCH = 100, 32


def data(members=4, device="cpu"):
    draw = torch.Generator().manual_seed(0)
    images = torch.randn(SAMPLES, INPUTS, generator=draw)
    labels = torch.randint(CLASSES, (SAMPLES,), generator=draw)
    return Data.shared(images.to(device), labels.to(device), members)


def keys(members):
    return [("order", member) for member in members]


def fit(network, task, step_sizes, *, keys, session=None, phase="training", **others):
    """The history of training with batches of `BATCH`, or as the plan is changed by other arguments."""
    return trained(network, task, step_sizes, keys=keys, session=session, phase=phase, **others).history


def trained(network, task, step_sizes, *, keys, session=None, phase="training", **others):
    """What that training leaves."""
    plan = Plan(**{"step_sizes": step_sizes, "batch_size": BATCH, "keys": keys} | others)
    return train(network, task, plan, session, phase)
