"""The committed results make everything downstream."""

import pytest
from PIL import Image
from support.paths import ROOT
from support.projects import AFTER, Project
from support.references import SCALES, experiments

from rankcollapse.claims.records import read_claims
from rankcollapse.commands.compare import rows
from rankcollapse.experiments import rooms

every_scale = pytest.mark.parametrize("scale", SCALES)


@every_scale
def test_reference_results_make_everything_downstream_without_data_or_training(tmp_path, scale):
    project = Project(tmp_path)
    reference = ("--config", f"scale={scale}", "results_from=reference")
    planned = project.planned(*reference)
    there = experiments(scale)
    whole = there == rooms.names()
    derived = {"bounds": 1} if "bounds" in there else {}
    assert planned == derived | {"figure": len(there)} | (AFTER if whole else {"claims": 1, "manifest": 1})
    claims = f"results/{scale}-from-reference/claims.json"
    done = project.snakemake(claims, *reference)
    assert done.returncode == 0, done.stderr
    # the committed verdicts are what the committed code says of the committed frames
    both = (read_claims(project.folder / path) for path in (claims, f"results/reference/{scale}/claims.json"))
    every = rows(*both)
    found = [row for row in every if row.quantity]
    assert {row.agreement.agreement for row in found} == {"identical"}
    assert all(run == before for run, before in (row.verdicts for row in every))
    for row in found:
        assert row.run.estimate == pytest.approx(row.reference.estimate, rel=1e-9)
    compared = project.snakemake("compare_strict", *reference)
    assert compared.returncode == 0, compared.stdout
    assert "0 different, 0 only one\n" in compared.stdout
    assert "verdicts that differ: none\n" in compared.stdout
    if not whole:
        return
    path = project.folder / claims
    path.write_text(path.read_text().replace('"verdict": "reproduced"', '"verdict": "refuted"', 1))
    strict = project.run(["rankcollapse", "compare", "--strict", claims, f"results/reference/{scale}/claims.json"])
    assert strict.returncode == 1
    assert "verdicts that differ: C1 refuted, was reproduced" in strict.stdout
    assert strict.stderr == "error: this run does not agree with the reference results\n"


@every_scale
def test_a_committed_figure_is_of_the_experiment_that_it_is_named_after(scale):
    figures = sorted((ROOT / "results/reference" / scale / "figures").glob("*.png"))
    assert [path.stem for path in figures] == experiments(scale)
    found = {}
    for path in figures:
        with Image.open(path) as image:
            found[path.stem] = (image.text["Title"], image.text["Source"])
    assert found == {
        name: (f"rankcollapse: {name}", f"rankcollapse.experiments.{name}.figure") for name in experiments(scale)
    }
