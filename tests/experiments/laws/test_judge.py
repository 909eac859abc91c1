"""Each law is judged as it should be: by networks that keep it, and refuted by networks that break it."""

import pandas as pd
import pytest
import torch
from support.paths import ROOT

from rankcollapse.experiments.laws import chain
from rankcollapse.experiments.laws.cells import LawCell
from rankcollapse.experiments.laws.judge import judge_all
from rankcollapse.experiments.laws.numbers import numbers
from rankcollapse.theory.gradients import Network

CELLS = {
    "F1": {"chains": 12, "sizes": [64, 128, 1024], "layers": 100},
    "F2": {"chains": 40, "sizes": [32768], "layers": 24},
    "F3": {"chains": 3, "sizes": [128], "layers": 4},
    "F4": {"chains": 12, "sizes": [8], "layers": 1000},
    "F5": {"chains": 8, "sizes": [8], "layers": 5},
    "F6": {"chains": 40, "sizes": [4, 16], "layers": 32},
    "F7": {"chains": 8, "sizes": [256], "layers": 1},
    "F8": {"chains": 12, "sizes": [6], "layers": 8},
}


def verdict(law):
    table = chain.run(LawCell(law=law, **CELLS[law]), device="cpu")
    claims = {claim.id: claim for claim in judge_all({"laws.chain": table.to_pandas()})}
    assert {claim.verdict for name, claim in claims.items() if name != law} == {"not_run"}
    return claims[law].verdict


@pytest.mark.parametrize("law", ["F3", "F5", "F6", "F7", "F8"])
def test_a_law_that_is_kept_is_reproduced(law):
    assert verdict(law) == "reproduced"


def break_f1(patch):
    without = {case: (network._replace(normalization="none"), n) for case, (network, n) in chain.EXPLODING.items()}
    growth = chain.bn_gradient_growth
    patch.setattr(chain, "EXPLODING", {case: each for case, each in without.items() if "linear" in case})
    patch.setattr(chain, "bn_gradient_growth", lambda activation, _, samples: growth(activation, "full", samples))


def break_f4(patch):
    patch.setitem(chain.SQUARE, "orthogonal", Network())


def break_f5(patch):
    attention = chain.self_attention

    def beside_a_skip(X, layers, *, generator):
        c, R = X.mean(-1, keepdim=True), X - X.mean(-1, keepdim=True)
        for _ in range(layers):
            [(more, apart)] = attention(c + R, 1, generator=generator)
            c, R = c + more, R + apart
            yield c, R

    patch.setattr(chain, "self_attention", beside_a_skip)


def break_f6(patch):
    plain = chain.uniform_attention
    patch.setattr(
        chain,
        "uniform_attention",
        lambda X, n, *, strength, generator: plain(X, n, strength=2 * strength, generator=generator),
    )


def break_f7(patch):
    plain = chain.random_attention

    def in_two_groups(chains, tokens, spread, *, generator):
        A = plain(chains, tokens, spread, generator=generator)
        A[:, : tokens // 2, : tokens // 2] *= 2
        return A / A.sum(-1, keepdim=True)

    patch.setattr(chain, "random_attention", in_two_groups)


@pytest.mark.parametrize(
    "wrong",
    [
        {"law": "F1", "layers": 19},
        {"law": "F5", "layers": 7},
        {"law": "F1", "sizes": [8, 16]},
        {"law": "F3", "sizes": [2]},
    ],
)
def test_what_cannot_be_measured_is_refused(wrong):
    with pytest.raises(ValueError, match=rf"{wrong['law']} has"):
        LawCell(**{"chains": 3, "sizes": [8, 16, 32], "layers": 30} | wrong)


BREAKS = {
    "F1": break_f1,
    "F2": lambda patch: patch.setattr(chain.vanilla, "__defaults__", ("identity",)),
    "F3": lambda patch: patch.setattr(chain.isometry, "__defaults__", ("none",)),
    "F4": break_f4,
    "F5": break_f5,
    "F6": break_f6,
    "F7": break_f7,
}


@pytest.mark.parametrize("law", BREAKS)
def test_networks_that_break_a_law_refute_it(law, monkeypatch):
    BREAKS[law](monkeypatch)
    assert verdict(law) == "refuted"


def test_a_network_that_sees_its_input_again_refutes_f8():
    """`h⁺ = W h + h₀` behind a bottleneck of one unit: `J⁺ = W J + I` is no product, and its rank rises."""
    draw = torch.Generator().manual_seed(0)
    rows = []
    for number in range(12):
        J = torch.randn(6, 1, generator=draw, dtype=torch.float64) @ torch.randn(
            1, 6, generator=draw, dtype=torch.float64
        )
        for layer in range(1, 4):
            rows.append({"law": "F8", "case": "again", "x": layer, "chain": number, "prediction": None})
            rows[-1]["value"] = float(torch.linalg.matrix_rank(J))
            J = torch.randn(6, 6, generator=draw, dtype=torch.float64) @ J + torch.eye(6)
    [claim] = [claim for claim in judge_all({"laws.chain": pd.DataFrame(rows)}) if claim.id == "F8"]
    assert claim.verdict == "refuted"


@pytest.mark.parametrize("law", CELLS)
def test_a_law_that_is_not_in_the_settings_has_no_numbers_and_stops_none(law):
    rows = pd.read_parquet(ROOT / "results/reference/laptop/frames/laws.chain.parquet")
    whole = numbers({"laws.chain": rows})
    found = numbers({"laws.chain": rows[rows["law"] != law]})
    assert {name for name in whole if found[name] != whole[name]} == {name for name in whole if f".{law}." in name}
