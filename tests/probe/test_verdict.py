"""The verdict: what is lost first, where, and that nothing is claimed where nothing is lost."""

import pytest
import torch
from torch import nn

from rankcollapse import RankProbe
from rankcollapse.probe.null import fresh_initializations
from rankcollapse.probe.verdict import hidden

BATCH = torch.randn(32, 16, generator=torch.Generator().manual_seed(1))


class Project(nn.Module):
    """Leaves so many directions of the state, and multiplies it."""

    def __init__(self, kept=16, factor=1.0):
        super().__init__()
        self.kept, self.factor = kept, factor

    def forward(self, x):
        return self.factor * torch.cat([x[:, : self.kept], torch.zeros_like(x[:, self.kept :])], 1)


def verdict(*layers, batch=BATCH, null=None):
    model = nn.Sequential(*layers)
    with RankProbe(model) as probe, torch.no_grad():
        model(batch)
    return probe.verdict(null)


def test_neither_is_lost():
    [words] = verdict(Project(), Project(), Project())
    assert words.startswith("Neither rank nor scale is lost: the last hidden state, of 1 (Project)")


def test_rank_is_lost_where_it_does_not_come_back():
    words, *_ = verdict(Project(), Project(3), Project(2), Project())
    assert words.startswith("Rank is lost at 1 (Project)")
    assert "numerical rank 3 of at most 16 (√16 is 4.0)" in words

    class Dip(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Project(1)

        def forward(self, x):
            return x + self.inner(x)

    assert not any("Rank is lost" in words for words in verdict(Dip(), Dip(), Project()))


@pytest.mark.parametrize(("factor", "bound"), [(1e-3, "below 0.0001"), (1e3, "above 10000")])
def test_scale_is_lost(factor, bound):
    [words] = verdict(Project(factor=factor), Project(factor=factor), Project(factor=factor), Project())
    assert words.startswith(f"Scale goes {bound} of the input's at 1 (Project)")
    assert "rescale(model, batches)" in words


def test_a_numerical_rank_with_a_coarse_tolerance_does_not_count():
    layers = [nn.Identity(), nn.Identity(), nn.Identity()]
    batch = torch.randn(32, 200, generator=torch.Generator().manual_seed(1)).bfloat16()
    model = nn.Sequential(*layers)
    with RankProbe(model) as probe:
        model(batch)
    assert (probe.frame()["numerical_rank"] == 0).all()  # 200 · eps is above one
    assert probe.verdict()[0].startswith("Neither")
    assert any("The numerical rank says little in 4 of 4 rows" in note for note in probe.notes)


def test_a_batch_that_is_nearly_on_one_line_is_noted():
    model = nn.Sequential(nn.Identity(), nn.Identity())
    for mean, noted in ((10, True), (0, False)):
        with RankProbe(model) as probe:
            model(BATCH + mean)
        assert any("nearly on one line" in note for note in probe.notes) == noted


def test_what_is_lost_first_is_named():
    layers = [Project(factor=1e-5), Project(), Project(1), Project()]
    assert "What is lost first: small scale." in verdict(*layers)
    assert "What is lost first: rank." in verdict(Project(1), Project(factor=1e-5), Project(), Project())


def test_dead_units_are_told_where_they_are_no_consequence_of_rank():
    [words] = verdict(Project(), Project(6), Project(6), Project())
    assert words.startswith("62% of the units of 1 (Project) are zero")
    collapsed = nn.Sequential(*(layer for _ in range(12) for layer in (nn.Linear(16, 16), nn.ReLU())))
    assert not any("are zero" in words for words in verdict(*collapsed))
    nn.init.constant_(collapsed[20].bias, -10)
    assert any(words.startswith("100% of the units of 21 (ReLU)") for words in verdict(*collapsed))


def test_frozen_batch_normalization():
    frozen = nn.BatchNorm1d(16).eval()
    words = verdict(Project(), frozen, Project())
    assert words[0].startswith("1 is in eval mode within a model in training mode: batch normalization is frozen")
    assert words[1].startswith("1 is in eval mode with running statistics that have seen no batch")
    frozen.num_batches_tracked += 1
    model = nn.Sequential(Project(), frozen, Project()).eval()
    with RankProbe(model) as probe:
        model(BATCH)
    assert probe.verdict()[0].startswith("Neither")


def test_weights_of_one_sign():
    layers = [nn.Linear(16, 16, bias=False) for _ in range(3)]
    assert not any("one sign" in words for words in verdict(*layers))
    with torch.no_grad():
        layers[1].weight.abs_()
    assert any(words.startswith("1.weight is of one sign only") for words in verdict(*layers))


def test_unusual_measurements_are_counted():
    def build():
        return nn.Sequential(nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16))

    def measured(model):
        with RankProbe(model) as probe, torch.no_grad():
            model(BATCH)
        return probe.frame()

    null = fresh_initializations(build, measured, seeds=3)
    model = build()
    with torch.no_grad():
        model[0].weight.mul_(100)
    with RankProbe(model) as probe, torch.no_grad():
        model(BATCH)
    last = probe.verdict(null)[-1]
    assert last.startswith("Outside the band of 3 fresh initializations: ")
    assert "about 50% are by chance" in last


def test_hidden_states_are_those_of_which_a_low_rank_says_something():
    model = nn.Sequential(nn.Linear(16, 16), nn.Linear(16, 2), nn.Linear(2, 16), nn.Linear(16, 16))
    with RankProbe(model) as probe, torch.no_grad():
        model(BATCH)
    assert list(hidden(probe.frame())["path"]) == ["0", "2"]
