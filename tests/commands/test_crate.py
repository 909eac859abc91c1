"""The crate of a run, against the profile of such crates."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from support.crates import mistakes
from support.manifests import manifest
from support.packaged import RUN, TRACKED, finished, made, metadata

from rankcollapse.commands.archive import archive
from rankcollapse.commands.crate import crate
from rankcollapse.errors import UserError
from rankcollapse.storage.archives import EPOCH
from rankcollapse.storage.frames import write_frame


def test_a_damaged_frame_is_not_handed_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "trainability.rank.parquet"
    write_frame(pa.table({"loss": [0.5], "depth": [1]}), path)
    path.write_bytes(path.read_bytes()[:-9] + b"x" + path.read_bytes()[-8:])
    with pytest.raises(UserError, match=r"trainability.rank.parquet is damaged"):
        crate(tmp_path, [path], tmp_path / "crate.zip")


def test_a_run_without_jobs_and_a_frame_that_is_not_there(project):
    files = made("smoke")
    with pytest.raises(UserError, match=r"--taken escape.chain: .*manifest.json has no such frame"):
        crate(RUN, files, Path("crate.zip"), ["escape.chain"])
    manifest({}, "smoke").write(RUN / "manifest.json")
    with pytest.raises(UserError, match="is of a run without any job"):
        crate(RUN, files, Path("crate.zip"))
    assert not Path("crate.zip").exists()


def test_a_crate_has_no_mistakes_and_says_when_and_by_what_it_was_made(project):
    crate(RUN, made("smoke"), Path("crate.zip"))
    assert mistakes("crate.zip") == []
    found = metadata("crate.zip")
    run = found["#run"]
    assert (run["startTime"], run["endTime"]) == ("2026-01-02T03:04:00+00:00", "2026-01-02T03:05:45+00:00")
    assert f"{'a' * 40}; {'b' * 40} (modified)" in run["description"]
    assert run["instrument"] == found["./"]["mainEntity"] == {"@id": "workflow/Snakefile"}
    assert found["workflow/Snakefile"]["softwareRequirements"] == {"@id": "requirements.lock"}
    assert run["object"] == [{"@id": "config/smoke.yaml"}, {"@id": "#data-set"}]
    assert run["result"] == [{"@id": "results/smoke/figures/trainability.png"}, {"@id": "results/smoke/manifest.json"}]
    packed = set(zipfile.ZipFile("crate.zip").namelist())
    assert packed == {*TRACKED, *map(Path.as_posix, made("smoke")), "ro-crate-metadata.json"}  # no reference results


def test_each_job_says_what_it_used_and_made(project):
    files = finished()
    crate(RUN, files, Path("crate.zip"))
    assert mistakes("crate.zip") == []
    found = metadata("crate.zip")

    def ids(entity, key):
        value = found[entity].get(key, [])
        return [part["@id"] for part in (value if isinstance(value, list) else [value])]

    job = "#job-trainability.rank-1"
    assert (found[job]["startTime"], found[job]["endTime"]) == (
        "2026-01-02T03:04:05+00:00", "2026-01-02T03:05:45+00:00"
    )  # fmt: skip
    assert "a" * 40 in found[job]["description"]
    assert "a processor" in found[job]["description"]
    assert ids(job, "object") == [f"#settings-{64 * '0'}", "#data-set"]
    cells = [f"#cell-trainability.rank-{number}" for number in (1, 2)]
    assert [ids(f"#job-trainability.rank-{number}", "result") for number in (1, 2)] == [[cell] for cell in cells]
    gathered = "#job-frame-trainability.rank"
    assert (ids(gathered, "object"), ids(gathered, "instrument")) == (cells, ["#tool-rankcollapse-gather"])
    assert ids(gathered, "result") == ["results/smoke/frames/trainability.rank.parquet"]
    assert ids("#control-frame-trainability.rank", "instrument") == ["#step-frame"]
    [tool] = ids(job, "instrument")
    assert found[tool]["name"] == "rankcollapse.experiments.trainability.rank"
    assert found[tool]["softwareVersion"] == f"sha256 {64 * '0'}"
    assert ids("#job-figure-trainability", "object") == ids(gathered, "result")
    assert ids("#job-bounds-bounds.theorem", "result") == ["results/smoke/derived/bounds.theorem.parquet"]
    assert "startTime" not in found["#job-figure-trainability"]  # which is not recorded
    assert ids("#job-verdicts_page-verdicts", "object") == ids("#job-claims-claims", "result")
    workflow = found["workflow/Snakefile"]
    assert {"File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"} == {*workflow["@type"]}
    jobs = {name for name in found if name.startswith("#job-")}
    assert {part for name in jobs for part in ids(name, "instrument")} == {*ids("workflow/Snakefile", "hasPart")}
    controls = ids("#organized", "object")
    assert {ids(control, "object")[0] for control in controls} == jobs
    assert {ids(control, "instrument")[0] for control in controls} == {*ids("workflow/Snakefile", "step")}
    assert ids("#organized", "result") == ["#run"]
    made_by_a_job = {part for name in jobs for part in ids(name, "result")} - {*cells}
    assert made_by_a_job == {path.as_posix() for path in files} - {"results/smoke/manifest.json"}
    referred = {part["@id"] for part in _references([*found.values()])}
    assert {name for name in referred if name.startswith("#")} <= found.keys()


def test_a_frame_that_was_taken_is_not_said_to_be_computed_by_this_run(project):
    crate(RUN, finished(), Path("crate.zip"), ["trainability.rank"])
    assert mistakes("crate.zip") == []
    found = metadata("crate.zip")
    assert "; frames taken from reference results: trainability.rank;" in found["#run"]["description"]
    assert not {"#job-trainability.rank-1", "#job-frame-trainability.rank"} & found.keys()
    job = found["#job-taken-trainability.rank"]
    assert job["object"] == [{"@id": "#reference-trainability.rank"}]
    assert job["result"] == [{"@id": "results/smoke/frames/trainability.rank.parquet"}]


def _references(value):
    """Every reference to an entity, however deep."""
    if isinstance(value, dict):
        if value.keys() == {"@id"}:
            yield value
        value = [*value.values()]
    if isinstance(value, list):
        for part in value:
            yield from _references(part)


@pytest.mark.parametrize("lost", [b'"workExample"', b'"hasPart"', b'"HowTo"', b"wfrun/provenance"])
def test_a_crate_without_its_steps_has_mistakes(project, lost):
    crate(RUN, made("smoke"), Path("crate.zip"))
    with zipfile.ZipFile("crate.zip") as good, zipfile.ZipFile("spoiled.zip", "w") as spoiled:
        for name in good.namelist():
            content = good.read(name)
            if name == "ro-crate-metadata.json":
                content = content.replace(lost, lost.replace(b"o", b"x").replace(b"P", b"x"))
            spoiled.writestr(name, content)
    assert mistakes("spoiled.zip")


def test_a_crate_that_was_spoiled_has_mistakes(project):
    crate(RUN, made("smoke"), Path("crate.zip"))
    with zipfile.ZipFile("crate.zip") as good, zipfile.ZipFile("spoiled.zip", "w") as spoiled:
        for name in good.namelist():
            content = good.read(name)
            if name == "ro-crate-metadata.json":
                content = content.replace(b'"instrument"', b'"about"')
            if name != "results/smoke/figures/trainability.png":
                spoiled.writestr(name, content)
    found = "\n".join(mistakes("spoiled.zip"))
    assert "trainability.png" in found
    assert "instrument" in found


def test_a_scale_of_ones_own_is_described_by_the_manifest(project):
    Path("config/mine.yaml").write_text("not tracked\n")
    crate(RUN, made("mine"), Path("crate.zip"))
    assert mistakes("crate.zip") == []
    assert metadata("crate.zip")["#run"]["object"][0] == {"@id": "results/smoke/manifest.json"}
    assert "config/mine.yaml" not in zipfile.ZipFile("crate.zip").namelist()


def test_a_run_in_another_folder_than_the_project(project, tmp_path_factory, monkeypatch):
    """Sources are the project's, results those of the folder; a scale of that folder is told from the project's."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    shutil.copytree(project / RUN, elsewhere / RUN)
    for own, described in ((None, "config/smoke.yaml"), ("another\n", "results/smoke/manifest.json")):
        if own:
            Path("config").mkdir()
            Path("config/smoke.yaml").write_text(own)
        crate(RUN, made("smoke"), Path("crate.zip"))
        assert mistakes("crate.zip") == []
        assert metadata("crate.zip")["#run"]["object"][0] == {"@id": described}
        assert zipfile.ZipFile("crate.zip").read("README.md") == (project / "README.md").read_bytes()


def test_the_same_run_is_the_same_crate_and_the_same_archive(project):
    for number in (1, 2):
        crate(RUN, made("smoke"), Path(f"{number}.zip"))
        os.utime("README.md", (number, number))
        archive([RUN / "manifest.json"], Path(f"archive-{number}.zip"))
    for name in ("1.zip", "archive-1.zip"):  # one second apart or not
        assert {member.date_time for member in zipfile.ZipFile(name).infolist()} == {EPOCH}
    assert Path("1.zip").read_bytes() == Path("2.zip").read_bytes()
    assert Path("archive-1.zip").read_bytes() == Path("archive-2.zip").read_bytes()


def test_what_cannot_be_a_crate(project, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "x.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"x\.png is not in the folder that this command"):
        crate(RUN, [*made("smoke"), elsewhere / "x.png"], Path("crate.zip"))
    with pytest.raises(UserError, match=r"elsewhere\d* is not in the folder that this"):
        crate(elsewhere, made("smoke"), Path("crate.zip"))
    with pytest.raises(UserError, match=r"results/smoke/manifest\.json must be among the files"):
        crate(RUN, made("smoke")[:1], Path("crate.zip"))
    (RUN / "manifest.json").write_text("{")
    with pytest.raises(UserError, match="is damaged"):
        crate(RUN, [RUN / "manifest.json"], Path("crate.zip"))
    made("smoke")
    shutil.rmtree(".git")
    for reason in ("is no git clone", "does not track workflow/Snakefile"):
        with pytest.raises(UserError, match=reason):
            crate(RUN, made("smoke"), Path("crate.zip"))
        with pytest.raises(UserError, match=reason):
            archive([], Path("archive.zip"))
        subprocess.run(["git", "init", "-q"], check=True)
    assert not [*elsewhere.rglob("*.zip"), *project.rglob("*.zip")]
