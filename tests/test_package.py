"""What is handed on of a run: the crate against its profile, the archive against its sums, the tarball by itself."""

import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from crates import mistakes

from rankcollapse.errors import UserError
from rankcollapse.latex import missing_packages
from rankcollapse.package import EPOCH, write_archive, write_crate, write_tarball

TRACKED = ("README.md", "requirements.lock", "workflow/Snakefile", "config/smoke.yaml", "a name with spaces, é.txt")
REFERENCE = "results/reference/laptop/claims.json"
RUN = Path("results/smoke")


def cell(started, seconds, commit="a" * 40, clean=True):
    return {
        "commit": commit,
        "clean": clean,
        "data": {"set": {"images": "0" * 64}},
        "packages": {"snakemake": "9.27.1"},
        "platform": "Linux",
        "device": "cpu (x86_64)",
        "started": started,
        "seconds": seconds,
    }


CELLS = [cell("2026-01-02T03:04:05+00:00", 100.4), cell("2026-01-02T03:04:00+00:00", 1.0, "b" * 40, clean=False)]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A git checkout with what a crate needs of the project, and a made-up run in it."""
    monkeypatch.chdir(tmp_path)
    for name in (*TRACKED, REFERENCE):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(f"this is {name}\n")
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "-A"], check=True)
    (RUN / "figures").mkdir(parents=True)
    (RUN / "figures/depth.png").write_bytes(b"\x89PNG")
    made("smoke")
    return tmp_path


def made(scale):
    """The files of the run, its manifest written."""
    (RUN / "manifest.json").write_text(json.dumps({"scale": scale, "frames": {"depth.rank": {"cells": CELLS}}}))
    return [RUN / "figures/depth.png", RUN / "manifest.json"]


def metadata(crate):
    graph = json.loads(zipfile.ZipFile(crate).read("ro-crate-metadata.json"))["@graph"]
    return {entity["@id"]: entity for entity in graph}


def test_a_crate_has_no_mistakes_and_says_when_and_by_what_it_was_made(project):
    write_crate(RUN, made("smoke"), Path("crate.zip"))
    assert mistakes("crate.zip") == []
    found = metadata("crate.zip")
    run = found["#run"]
    assert (run["startTime"], run["endTime"]) == ("2026-01-02T03:04:00+00:00", "2026-01-02T03:05:45+00:00")
    assert f"{'a' * 40}; {'b' * 40}, modified" in run["description"]
    assert run["instrument"] == found["./"]["mainEntity"] == {"@id": "workflow/Snakefile"}
    assert found["workflow/Snakefile"]["softwareRequirements"] == {"@id": "requirements.lock"}
    assert run["object"] == [{"@id": "config/smoke.yaml"}, {"@id": "#data-set"}]
    assert run["result"] == [{"@id": "results/smoke/figures/depth.png"}, {"@id": "results/smoke/manifest.json"}]
    packed = set(zipfile.ZipFile("crate.zip").namelist())
    assert packed == {*TRACKED, *map(Path.as_posix, made("smoke")), "ro-crate-metadata.json"}  # no reference results


def test_a_crate_that_was_spoiled_has_mistakes(project):
    write_crate(RUN, made("smoke"), Path("crate.zip"))
    with zipfile.ZipFile("crate.zip") as good, zipfile.ZipFile("spoiled.zip", "w") as spoiled:
        for name in good.namelist():
            content = good.read(name)
            if name == "ro-crate-metadata.json":
                content = content.replace(b'"instrument"', b'"about"')
            if name != "results/smoke/figures/depth.png":
                spoiled.writestr(name, content)
    found = "\n".join(mistakes("spoiled.zip"))
    assert "depth.png" in found
    assert "instrument" in found


def test_a_scale_of_ones_own_is_described_by_the_manifest(project):
    Path("config/mine.yaml").write_text("not tracked\n")
    write_crate(RUN, made("mine"), Path("crate.zip"))
    assert mistakes("crate.zip") == []
    assert metadata("crate.zip")["#run"]["object"][0] == {"@id": "results/smoke/manifest.json"}
    assert "config/mine.yaml" not in zipfile.ZipFile("crate.zip").namelist()


def test_the_same_run_is_the_same_crate_and_the_same_archive(project):
    for number in (1, 2):
        write_crate(RUN, made("smoke"), Path(f"{number}.zip"))
        os.utime("README.md", (number, number))
        write_archive([RUN / "manifest.json"], Path(f"archive-{number}.zip"))
    for name in ("1.zip", "archive-1.zip"):  # one second apart or not
        assert {member.date_time for member in zipfile.ZipFile(name).infolist()} == {EPOCH}
    assert Path("1.zip").read_bytes() == Path("2.zip").read_bytes()
    assert Path("archive-1.zip").read_bytes() == Path("archive-2.zip").read_bytes()


def test_what_cannot_be_a_crate(project, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "x.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"x\.png is not in the project's folder"):
        write_crate(RUN, [*made("smoke"), elsewhere / "x.png"], Path("crate.zip"))
    with pytest.raises(UserError, match=r"results/smoke/manifest\.json must be among the files"):
        write_crate(RUN, made("smoke")[:1], Path("crate.zip"))
    (RUN / "manifest.json").write_text("{")
    with pytest.raises(UserError, match="is damaged"):
        write_crate(RUN, [RUN / "manifest.json"], Path("crate.zip"))
    shutil.copytree(RUN, elsewhere / RUN)
    monkeypatch.chdir(elsewhere)
    for another in (False, True):  # no git checkout, and one of something else
        if another:
            subprocess.run(["git", "init", "-q"], check=True)
        with pytest.raises(UserError, match="run this in a clone"):
            write_crate(RUN, made("smoke"), Path("crate.zip"))
        with pytest.raises(UserError, match="run this in a clone"):
            write_archive([], Path("archive.zip"))
    assert not [*elsewhere.rglob("*.zip"), *project.rglob("*.zip")]


def test_the_sums_of_an_archive_are_right_and_complete(project):
    Path("untracked.txt").write_text("")
    Path("config/smoke.yaml").unlink()  # tracked, and gone
    write_archive(made("smoke"), Path("archive.zip"))
    shutil.unpack_archive("archive.zip", "unpacked")
    folder = Path("unpacked/rankcollapse")
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    assert {line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()} == found
    assert found == {*TRACKED, REFERENCE, "run/depth.png", "run/manifest.json"} - {"config/smoke.yaml"}
    assert (folder / "run/manifest.json").read_bytes() == (RUN / "manifest.json").read_bytes()


PAPER = r"""\documentclass{article}
\begin{document}
\input{numbers.tex}\cite{key} \input{figures/depth.pgf}
\bibliography{references}
\end{document}
"""


@pytest.fixture
def paper(tmp_path):
    """The sources of a small paper, each in a folder of its own, as in a run."""
    files = {
        "paper.tex": PAPER,
        "build/paper.bbl": r"\begin{thebibliography}{1}\bibitem{key} A reference.\end{thebibliography}",
        "run/numbers.tex": "42 ",
        "run/figures/depth.pgf": "a figure",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "out").mkdir()
    *single, figure = (tmp_path / name for name in files)
    return single, [figure], tmp_path / "out/arxiv.tar.gz"


needs_latex = pytest.mark.skipif(bool(missing_packages()), reason="LaTeX is incomplete here")


@needs_latex
def test_a_tarball_compiles_by_itself_and_is_the_same_twice(paper, tmp_path):
    single, figures, output = paper
    write_tarball(*single, figures, output)
    first = output.read_bytes()
    with tarfile.open(output) as tar:
        assert sorted(tar.getnames()) == ["figures/depth.pgf", "numbers.tex", "paper.bbl", "paper.tex"]
        tar.extractall(tmp_path / "alone")
    for _ in range(2):  # the second time, with its references
        subprocess.run(
            ["pdflatex", "-interaction=batchmode", "-halt-on-error", "paper"], cwd=tmp_path / "alone", check=True
        )
    assert "undefined" not in (tmp_path / "alone/paper.log").read_text(errors="replace")
    os.utime(single[0], (1, 1))
    write_tarball(*single, figures, output)
    assert output.read_bytes() == first


@needs_latex
def test_a_tarball_that_lacks_a_file_is_not_written(paper, tmp_path):
    single, figures, output = paper
    (tmp_path / "other.tex").write_text("beside the paper, and not in the tarball")
    single[0].write_text(PAPER.replace("numbers.tex", "other.tex"))
    with pytest.raises(UserError, match=r"does not compile by itself: .*other\.tex"):
        write_tarball(*single, figures, output)
    assert list(output.parent.iterdir()) == []
