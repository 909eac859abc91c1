"""A mistake in the settings of a run stops it before anything runs."""

import pytest


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("scale=huge",), "there is no config/huge.yaml; scale must be one of: laptop, overnight, paper, smoke"),
        (
            ("scale=smoke", "results_from=reference"),
            "no reference results of scale smoke; there are of: laptop",
        ),
        (("results_from=reference", "device=cpu"), "settings of their own; device cannot be set"),
        (("scale=smoke", "results_from=nowhere"), "results_from must be run, reference or both, got 'nowhere'"),
        (("scale=smoke", "epochs=3"), "epochs: unknown key (value 3)"),
        (("scale=smoke", 'trainability={"training": {"epochs": 0}}'), "trainability.training.epochs: 0 is not allowed"),
    ],
)
def test_a_mistake_in_the_settings_stops_before_anything_runs(built, arguments, message):
    done = built.snakemake("--config", *arguments)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
