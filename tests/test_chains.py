"""The experiments on random chains: small runs of each, and each judge on either side of its thresholds."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import yaml
from test_config import CONFIG

from rankcollapse.config import check_settings
from rankcollapse.errors import UserError
from rankcollapse.experiments.bounds import claims as bounds
from rankcollapse.experiments.bounds import drift, theorem
from rankcollapse.experiments.bounds import numbers as bounds_numbers
from rankcollapse.experiments.collapse import claims as collapse
from rankcollapse.experiments.collapse import spectrum as collapse_spectrum
from rankcollapse.experiments.deep import chain as deep_chain
from rankcollapse.experiments.deep import claims as deep
from rankcollapse.experiments.escape import chain as escape_chain
from rankcollapse.experiments.escape import claims as escape
from rankcollapse.experiments.sharp import claims as sharp
from rankcollapse.experiments.sharp import spectrum as sharp_spectrum
from rankcollapse.experiments.sharp.summary import by_width
from rankcollapse.experiments.wide import chain as wide_chain
from rankcollapse.experiments.wide import claims as wide
from rankcollapse.experiments.width import chain as width_chain
from rankcollapse.experiments.width import claims as width
from rankcollapse.experiments.width.summary import stationary
from rankcollapse.intervals import Interval, mser_burn_in, power_law, stationary_interval
from rankcollapse.theory import gaussian_lyapunov_exponents, sharp_rank, wide_participation_ratio

JITTER = (-0.01, -0.005, 0.0, 0.005, 0.01)


def verdicts(entries):
    return {entry["id"]: entry["verdict"] for entry in entries}


def test_every_run_fills_its_columns():
    runs = [
        (deep_chain, {"activation": "relu", "variant": "bn", "width": 4, "layers": 6, "stride": 2, "chains": 2}, 6),
        (width_chain, {"gamma": "inf", "width": 4, "layers": 40, "chains": 2, "measurements": 20, "taus": [0.5]}, 360),
        (escape_chain, {"gamma": 1.0, "width": 12, "layers": 3, "noise": 1e-5, "chains": 2}, 80),
        (collapse_spectrum, {"width": 3, "layers": 5, "chains": 2}, 6),
        (drift, {"width": 3, "gamma": 0.01, "states": 3, "draws": 100}, 3),
        (
            sharp_spectrum,
            {"gamma": 0.5, "weights": "uniform", "normalization": "full", "width": 4, "layers": 5, "chains": 2},
            6,
        ),
        (wide_chain, {"activation": "relu", "samples": 4, "widths": [2, 8], "layers": 40, "chains": 2, "tau": 0.5}, 80),
    ]
    for module, arguments, rows in runs:
        table = module.run(**arguments, device="cpu")
        assert table.num_rows == rows, module.__name__
        assert table.column_names == list(module.COLUMNS)
        assert table.equals(module.run(**arguments, device="cpu"))  # the same seeds, the same bytes
        assert isinstance(table, pa.Table)


def deep_frame(bn, vanilla, last=50_000):
    return pd.DataFrame(
        {"activation": activation, "variant": variant, "width": 32, "chain": chain, "layer": layer}
        | {"numerical_rank": rank + JITTER[chain], "participation_ratio": 1.0}
        for activation in ("identity", "relu")
        for variant, ranks in (("bn", bn), ("vanilla", vanilla))
        for layer, rank in zip((1000, last), ranks, strict=True)
        for chain in range(5)
    )


@pytest.mark.parametrize(
    ("bn", "vanilla", "last", "verdict"),
    [
        ((10, 10), (2, 1), 50_000, "reproduced"),
        ((10, 5), (2, 1), 50_000, "refuted"),
        ((5, 10), (2, 1), 50_000, "refuted"),
        ((10, 10), (1, 3), 50_000, "refuted"),
        ((10, math.sqrt(32)), (2, 1), 50_000, "inconclusive"),
        ((10, 10), (2, 1), 49_000, "not_run"),
    ],
)
def test_c3_and_c4(bn, vanilla, last, verdict):
    entries = deep.judge_all({"deep.chain": deep_frame(bn, vanilla, last)})
    assert verdicts(entries) == {"C3": verdict, "C4": verdict}


def width_frame(power=0.6, soft=2.0, gammas=("0.01", "inf")):
    rows = []
    for gamma in gammas:
        for d in (8, 16, 32, 64):
            r = d**power
            values = {
                ("participation_ratio", None): r,
                ("numerical_rank", None): 2 * r,
                ("matrix_rank", None): 2 * r,
                ("above_1e-9", None): 2 * r,
                ("soft_rank", 0.5): soft * 0.25 * r,
                ("F", None): d**2 / r,
                ("cubic", None): 1.25 * d**3 / r**2,
                ("squared_rows", None): d**3 / r**2,
            }
            rows += [
                {"gamma": gamma, "width": d, "chain": chain, "layer": layer, "measure": measure, "tau": tau}
                | {"value": value * (1 + JITTER[chain] / 10)}
                for (measure, tau), value in values.items()
                for chain in range(5)
                for layer in range(20)
            ]
    frame = pd.DataFrame(rows)
    noise = np.random.default_rng(0).normal(0, 1e-6, len(frame))
    return frame.assign(value=frame["value"] * (1 + noise))


def test_c5_and_c6():
    assert verdicts(width.judge_all({"width.chain": width_frame()})) == {"C5": "reproduced", "C6": "reproduced"}
    assert verdicts(width.judge_all({"width.chain": width_frame(power=0.4)}))["C5"] == "refuted"
    assert verdicts(width.judge_all({"width.chain": width_frame(power=0.5)}))["C5"] == "inconclusive"
    assert verdicts(width.judge_all({"width.chain": width_frame(soft=0.9)}))["C6"] == "refuted"
    frame = width_frame()
    drifting = frame.assign(value=frame["value"] * (1 - frame["layer"] / 100))
    assert verdicts(width.judge_all({"width.chain": drifting}))["C5"] == "inconclusive"  # not stationary
    assert verdicts(width.judge_all({"width.chain": frame[frame["width"] < 32]}))["C5"] == "not_run"
    assert stationary(frame, "inf", "participation_ratio")[64].estimate == pytest.approx(64**0.6)


def escape_frame(start=4e-10, end=2.0, tenth=0.5):
    rows = []
    for chain in range(5):
        for layer, second in ((0, start), (30, 1e-3), (40, end), (100, end)):
            for index, value in ((1, 40.0), (2, second), (10, second if layer < 100 else tenth)):
                factor = 1 + JITTER[chain]
                rows.append({"chain": chain, "layer": layer, "index": index, "eigenvalue": value * factor})
    return pd.DataFrame(rows)


def test_c7():
    assert verdicts(escape.judge_all({"escape.chain": escape_frame()})) == {"C7": "reproduced"}
    assert verdicts(escape.judge_all({"escape.chain": escape_frame(end=0.01)})) == {"C7": "refuted"}
    assert verdicts(escape.judge_all({"escape.chain": escape_frame(start=1e-8)})) == {"C7": "refuted"}
    assert verdicts(escape.judge_all({"escape.chain": escape_frame(tenth=0.05)})) == {"C7": "refuted"}
    late = escape_frame()
    late["layer"] = late["layer"].replace({30: 60, 40: 80})
    assert verdicts(escape.judge_all({"escape.chain": late})) == {"C7": "refuted"}


def collapse_frame(factor):
    rows = [
        {"width": d, "chain": chain, "index": i + 1, "exact": exact, "exponent": factor * exact + JITTER[chain] / 100}
        | {"layers": 10}
        for d in (4, 8)
        for i, exact in enumerate(gaussian_lyapunov_exponents(d).tolist())
        for chain in range(5)
    ]
    frame = pd.DataFrame(rows)
    noise = np.random.default_rng(0).normal(0, 1e-3, len(frame))
    return frame.assign(exponent=frame["exponent"] + noise)


@pytest.mark.parametrize(
    ("factor", "verdict"), [(1.0, "reproduced"), (0.95, "refuted"), (1.05, "refuted"), (1.01, "inconclusive")]
)
def test_c8(factor, verdict):
    assert verdicts(collapse.judge_all({"collapse.spectrum": collapse_frame(factor)})) == {"C8": verdict}


def drift_frame(factor=1.0, error=0.01):
    return pd.DataFrame(
        {"width": 6, "identity": x, "measured": factor * x, "standard_error": error} for x in (10.0, 30.0, 60.0)
    )


def test_e1_and_e2():
    table = theorem.compute({"width.chain": width_frame(power=0.5)}).to_pandas()
    found = {name: bounds.by_width(table, name, "0.01")[64].estimate for name in ("ratio", "alpha", "bound", "drift")}
    assert found["ratio"] == pytest.approx(8)
    assert found["alpha"] == pytest.approx(0.2)
    assert found["bound"] == pytest.approx(2 * math.sqrt(0.2 * 64))
    # 2d² - 2F - 8·0.25·d³/r², F = d²/r, over 2d²: with r = 8 and d = 64
    assert found["drift"] == pytest.approx(1 - 1 / 8 - 64 / 64, abs=1e-6)

    def judged(monte_carlo=None, **changes):
        changed = table.copy()
        for name, values in changes.items():
            rows = changed["quantity"] == name
            changed.loc[rows, ["estimate", "low", "high"]] = values
        frames = {"bounds.drift": drift_frame() if monte_carlo is None else monte_carlo, "bounds.theorem": changed}
        frames["width.chain"] = width_frame(power=0.5)
        return verdicts(bounds.judge_all(frames))

    good = {"drift": (0.0, -0.01, 0.01), "tightness": (1.1, 1.05, 1.15)}
    assert judged(**good) == {"E1": "reproduced", "E2": "reproduced"}
    assert judged(drift_frame(factor=1.1), **good)["E1"] == "refuted"
    assert judged(drift_frame(factor=0.9), **good)["E1"] == "refuted"
    assert judged(drift_frame(error=10.0), **good)["E1"] == "inconclusive"
    assert judged(**good | {"drift": (0.1, 0.09, 0.11)})["E1"] == "refuted"
    assert judged(**good | {"drift": (-0.1, -0.11, -0.09)})["E1"] == "refuted"
    assert judged(**good | {"tightness": (0.9, 0.85, 0.95)})["E2"] == "refuted"
    assert judged(**good | {"tightness": (1.0, 0.95, 1.05)})["E2"] == "inconclusive"
    rows = bounds_numbers.numbers({"bounds.drift": drift_frame(), "bounds.theorem": table})["bounds.rows"]
    assert rows.count(r"\\") == 4


def sharp_frame(edge):
    """Exponents that are zero up to `edge(d)` and fall linearly beyond it."""
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"gamma": "inf", "weights": "gaussian", "normalization": "scale", "width": d, "chain": chain, "index": i}
        | {"exponent": -max(0.0, i - edge(d)) / (2 * d) + rng.normal(0, 1e-5)}
        for d in (8, 16, 32, 64)
        for chain in range(6)
        for i in range(1, min(d, math.ceil(4 * d**0.5)) + 1)
    )


def test_e3():
    points = by_width(sharp_frame(lambda d: sharp_rank(d) - 0.5))
    for d, point in points.items():
        assert point.edge.estimate == pytest.approx(sharp_rank(d) - 0.5, abs=0.05)
        assert point.count == math.floor(sharp_rank(d) - 0.5)
    assert verdicts(sharp.judge_all({"sharp.spectrum": sharp_frame(sharp_rank)})) == {"E3": "reproduced"}
    assert verdicts(sharp.judge_all({"sharp.spectrum": sharp_frame(lambda d: 0.8 * d**0.5)})) == {"E3": "refuted"}
    assert verdicts(sharp.judge_all({"sharp.spectrum": sharp_frame(lambda d: 1.4 * d**0.5)})) == {"E3": "refuted"}
    assert verdicts(sharp.judge_all({"sharp.spectrum": sharp_frame(lambda d: 0.5 * d**0.8)})) == {"E3": "refuted"}
    few = sharp_frame(sharp_rank)
    assert verdicts(sharp.judge_all({"sharp.spectrum": few[few["width"] < 32]})) == {"E3": "not_run"}


def wide_frame(power=-0.5, factor=1.0, full=1.0):
    rows = []
    for d in (8, 16, 128, 256, 512, 4096, 65536):
        r = wide_participation_ratio(d, 8) * (factor if d < 1000 else full)
        rows += [
            {"activation": "identity", "width": d, "samples": 8, "chain": chain, "layer": layer, "tau": 0.5}
            | {"participation_ratio": r * (1 + JITTER[chain] / 10), "soft_rank": 8}
            | {"orthogonality_gap": 0.5 * d**power * (1 + JITTER[chain])}
            for chain in range(5)
            for layer in range(20)
        ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "reproduced"),
        ({"power": -0.4}, "refuted"),
        ({"power": -0.6}, "refuted"),
        ({"factor": 0.7}, "refuted"),
        ({"factor": 1.3}, "refuted"),
        ({"full": 0.9}, "refuted"),
    ],
)
def test_e5(changes, verdict):
    assert verdicts(wide.judge_all({"wide.chain": wide_frame(**changes)})) == {"E5": verdict}


def test_e5_needs_wide_networks():
    frame = wide_frame()
    for widest in (300, 1000):
        assert verdicts(wide.judge_all({"wide.chain": frame[frame["width"] < widest]})) == {"E5": "not_run"}


def test_burn_in_is_found_and_deleted():
    rng = np.random.default_rng(0)
    times = np.arange(400)
    series = 5 + 40 * np.exp(-times / 15) + rng.normal(0, 1, (8, 400))
    assert 40 <= mser_burn_in(series.mean(0)) <= 150
    interval, burn_in = stationary_interval(series)
    assert interval.low < 5 < interval.high
    assert series.mean() > interval.high  # without deletion the mean would be outside
    assert burn_in == mser_burn_in(series.mean(0))
    with pytest.raises(ValueError, match="at least 20"):
        mser_burn_in([1.0] * 19)


def test_intervals_of_autocorrelated_chains_cover():
    """AR(1) chains of correlation time 20: the interval over chains covers as it says, a naive one would not."""
    rng, covered, naive = np.random.default_rng(1), [], []
    for _ in range(300):
        x = np.zeros((6, 300))
        x[:, 0] = rng.normal(0, 1 / math.sqrt(1 - 0.95**2), 6)
        for t in range(1, 300):
            x[:, t] = 0.95 * x[:, t - 1] + rng.normal(0, 1, 6)
        interval, _ = stationary_interval(x)
        covered.append(interval.low <= 0 <= interval.high)
        naive.append(abs(x.mean()) < 1.96 * x.std() / math.sqrt(x.size))
    assert np.mean(covered) > 0.9
    assert np.mean(naive) < 0.6


def test_power_laws():
    points = {d: Interval(3 * d**0.5, 3 * d**0.5 * 0.99, 3 * d**0.5 * 1.01, 5) for d in (8, 16, 32, 64, 128)}
    fitted = power_law(points)
    assert fitted.estimate == pytest.approx(0.5)
    assert fitted.low < 0.5 < fitted.high
    bent = {
        d: Interval(p.estimate * (1 + 4 / d), p.low * (1 + 4 / d), p.high * (1 + 4 / d), 5) for d, p in points.items()
    }
    assert power_law(bent).high - power_law(bent).low > fitted.high - fitted.low  # scatter about the line counts
    with pytest.raises(ValueError, match="three"):
        power_law({8: points[8], 16: points[16]})


def test_points_without_spread_are_points_of_a_power_law():
    exact = {d: Interval(3 * d**0.5, 3 * d**0.5, 3 * d**0.5, 5) for d in (8, 16, 32)}
    with np.errstate(all="raise"):
        assert power_law(exact)[:3] == pytest.approx((0.5, 0.5, 0.5))
        points = {d: Interval(d**0.5, d**0.5 * 0.9, d**0.5 * 1.1, 5) for d in (16, 32)}
        found = power_law({8: Interval(2 * 8**0.5, 2 * 8**0.5, 2 * 8**0.5, 5)} | points)
    # through that point: the least squares of the others are 0.5 less ln 2 · (1 + 2) ln 2 / (1 + 4) (ln 2)²
    assert found.estimate == pytest.approx(-0.1, abs=1e-6)
    assert found.low < 0.5 < found.high  # but what the others scatter counts


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("width", {"gammas": [0.0]}),
        ("width", {"taus": [1.0]}),
        ("deep", {"width": 1}),
        ("collapse", {"widths": [0]}),
        ("escape", {"noise": 0.0}),
        ("wide", {"samples": 1}),
    ],
)
def test_settings_out_of_range_are_refused(section, values):
    settings = yaml.safe_load((CONFIG / "laptop.yaml").read_text())
    settings[section] |= values
    with pytest.raises(UserError, match=rf"{section}\.{next(iter(values))}"):
        check_settings(settings, "x")


@pytest.mark.parametrize(
    ("section", "values", "message"),
    [
        ("deep", {"stride": 60_000}, "stride is 60000"),
        ("width", {"measurements": 5000}, "fewer layers than the 5000 measurements"),
        ("width", {"points": 2 * [{"width": 8, "chains": 2, "layers": 100, "slow_layers": 100}]}, "distinct widths"),
    ],
)
def test_settings_that_measure_nothing_are_refused(section, values, message):
    settings = yaml.safe_load((CONFIG / "laptop.yaml").read_text())
    settings[section] |= values
    with pytest.raises(UserError, match=message):
        check_settings(settings, "x")
