"""Augmentation, and the images that members see."""

import pytest
import torch
import torch.nn.functional as F

from rankcollapse.errors import UserError
from rankcollapse.theory.random_streams import generator
from rankcollapse.training.data import SHIFT, Data, augmented, draw_changes, order, random_batches

KEYS = [("a", 0), ("a", 1), ("b", 0)]


def test_a_batch_is_of_each_members_own_training_set_and_labels():
    images = torch.rand(6, 2, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0]])
    subsets = torch.tensor([[1, 3, 5], [0, 2, 4]])
    positions = torch.tensor([[2, 0], [1, 1]])
    data = Data(images, labels, subsets)
    X, y = data.batch(positions)
    for member in range(2):
        for place in range(2):
            image = subsets[member][positions[member, place]]
            assert torch.equal(X[member, place], images[image])
            assert y[member, place] == labels[member, image]
    alone = data.members(slice(1, 2)).batch(positions[1:])
    assert all(map(torch.equal, alone, (X[1:], y[1:])))
    assert data.samples == 3


def test_shared_data_are_all_images_for_every_member():
    images, labels = torch.rand(5, 3), torch.arange(5)
    data = Data.shared(images, labels, 4)
    X, y = data.batch(torch.arange(5).expand(4, -1))
    assert torch.equal(X, images.expand(4, 5, 3))
    assert torch.equal(y, labels.expand(4, 5))


def test_the_order_of_a_member_depends_on_its_key_and_the_purpose_only():
    found = order(KEYS, ("order", 3), 50)
    for row, key in zip(found, KEYS, strict=True):
        assert torch.equal(row, torch.randperm(50, generator=generator(*key, "order", 3)))
    assert torch.equal(order(KEYS[1:2], ("order", 3), 50), found[1:2])
    assert not torch.equal(order(KEYS, ("order", 4), 50), found)


def test_random_batches_are_different_images_by_key():
    found = random_batches(KEYS, 50, 20)
    assert found.shape == (3, 20)
    for row, key in zip(found, KEYS, strict=True):
        assert torch.equal(row, torch.randperm(50, generator=generator(*key))[:20])
        assert len(set(row.tolist())) == 20
    with pytest.raises(UserError, match="batch_size=51: the training set has 50 samples only"):
        random_batches(KEYS, 50, 51)


def test_images_are_moved_and_mirrored_evenly_and_anew_in_every_epoch():
    found = draw_changes(KEYS, 0, 20_000)
    assert found.shape == (3, 20_000, 3)
    for place, values in ((0, 2 * SHIFT + 1), (1, 2 * SHIFT + 1), (2, 2)):
        counts = torch.bincount(found[..., place].flatten(), minlength=values)
        assert len(counts) == values
        # of 60,000 uniform draws; six standard errors
        error = (60_000 * (1 / values) * (1 - 1 / values)) ** 0.5
        assert (counts - 60_000 / values).abs().max() < 6 * error
    assert torch.equal(draw_changes(KEYS[1:2], 0, 20_000), found[1:2])
    assert not torch.equal(draw_changes(KEYS, 1, 20_000), found)


def test_augmentation_is_that_of_one_image_at_a_time():
    X = torch.rand(2, 5, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    changes = torch.randint(2 * SHIFT + 1, (2, 5, 3), generator=torch.Generator().manual_seed(1))
    changes[..., 2] %= 2
    found = augmented(X, changes)
    for member in range(2):
        for image in range(5):
            down, right, mirror = changes[member, image].tolist()
            expected = F.pad(X[member, image], [SHIFT] * 4)[:, down : down + 8, right : right + 8]
            assert torch.equal(found[member, image], expected.flip(2) if mirror else expected)
    still = torch.tensor([SHIFT, SHIFT, 0]).expand(2, 5, 3)
    assert torch.equal(augmented(X, still), X)
