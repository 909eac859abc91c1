"""Small runs of every experiment on random chains."""

import pyarrow as pa
import pytest
from pydantic import ValidationError

from rankcollapse.experiments import rooms

RUNS = [
    (
        "extreme_depth.chain",
        {"activation": "relu", "variant": "bn", "width": 4, "layers": 6, "stride": 2, "chains": 2},
        6,
    ),
    (
        "stationary_rank.chain",
        {"gamma": "inf", "width": 4, "layers": 40, "chains": 2, "measurements": 20, "taus": [0.5]},
        360,
    ),
    ("escape.chain", {"gamma": 1.0, "width": 12, "layers": 3, "noise": 1e-5, "chains": 2}, 80),
    ("collapse.spectrum", {"width": 3, "layers": 20, "chains": 2}, 6),
    ("bounds.drift", {"width": 3, "gamma": 0.01, "states": 3, "draws": 100}, 3),
    (
        "surviving_directions.spectrum",
        {"gamma": 0.5, "weights": "uniform", "normalization": "full", "width": 4, "layers": 20, "chains": 4},
        12,
    ),
    (
        "fixed_batch.chain",
        {"activation": "relu", "samples": 4, "widths": [2, 8], "layers": 40, "chains": 2, "tau": 0.5},
        80,
    ),
    ("laws.chain", {"law": "F6", "chains": 3, "sizes": [2, 4], "layers": 3}, 12),
]


@pytest.mark.parametrize(("frame", "settings", "rows"), RUNS, ids=[frame for frame, *_ in RUNS])
def test_a_run_fills_its_columns(frame, settings, rows):
    kind = rooms.cell_type(frame)
    module = rooms.module(frame.partition(".")[0], kind.COMPUTED_BY)
    table = module.run(kind(**settings), device="cpu")
    assert isinstance(table, pa.Table)
    assert table.num_rows == rows
    described = {field.name: field.metadata[b"description"].decode() for field in table.schema}
    assert list(described.items()) == list(kind.columns().items())
    assert table.equals(module.run(kind(**settings), device="cpu"))  # the same seeds, the same bytes


@pytest.mark.parametrize(
    ("frame", "least"),
    [
        ("collapse.spectrum", {"layers": 20, "chains": 2}),
        ("surviving_directions.spectrum", {"layers": 20, "chains": 4}),
    ],
)
def test_exponents_have_errors_only_with_layers_and_chains_enough(frame, least):
    [settings] = [settings for name, settings, _ in RUNS if name == frame]
    kind = rooms.cell_type(frame)
    assert {name: settings[name] for name in least} == least
    for name, value in least.items():
        with pytest.raises(ValidationError) as caught:
            kind(**settings | {name: value - 1})
        assert [mistake["loc"] for mistake in caught.value.errors()] == [(name,)]
