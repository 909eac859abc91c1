"""What the project says of itself, to whoever cites, archives or checks it, is the same in every file."""

import copy
import json
import re
import runpy
import subprocess
import tomllib

import pytest
import yaml
from support.archives import EMBEDDED
from support.paths import ROOT

from rankcollapse.claims.records import Claim, write_claims
from rankcollapse.datasets.catalogue import catalogue
from rankcollapse.experiments import rooms
from rankcollapse.experiments.ledger import statements

FILES = {
    "CITATION.cff": yaml.safe_load((ROOT / "CITATION.cff").read_text()),
    "codemeta.json": json.loads((ROOT / "codemeta.json").read_text()),
    ".zenodo.json": json.loads((ROOT / ".zenodo.json").read_text()),
    "pyproject.toml": tomllib.loads((ROOT / "pyproject.toml").read_text())["project"],
}
CHECKLIST = (ROOT / "docs/checklist.md").read_text()
RELEASE = {"date-released": "2027-01-02", "repository-code": "https://example.org/us/rankcollapse", "doi": "10.1/x"}


NAMES = (("family-names", "familyName"), ("given-names", "givenName"))  # CITATION.cff, codemeta.json


def full_name(author):
    """As "Family, Given"; what has no family name, an organization, by its name."""
    family, given = (author.get(key) or author.get(other) for key, other in NAMES)
    return f"{family}, {given}" if family else author["name"]


def differing(files):
    """The fields in which the files do not say the same."""
    cff, codemeta, zenodo, project = files.values()
    date, doi = cff.get("date-released"), cff.get("doi")
    original = cff["preferred-citation"]
    shared = {
        "version": [cff["version"], codemeta["version"], zenodo["version"], project["version"]],
        "title": [cff["title"], codemeta["name"], zenodo["title"]],
        "description": [cff["abstract"], codemeta["description"], zenodo["description"], project["description"]],
        "licence": [f"https://spdx.org/licenses/{cff['license']}", codemeta["license"]],
        "licence of the archive": [cff["license"], zenodo["license"]],
        "authors": [[*map(full_name, authors)] for authors in (cff["authors"], codemeta["author"], zenodo["creators"])],
        "keywords": [cff["keywords"], codemeta["keywords"], zenodo["keywords"]],
        "Python": [codemeta["runtimePlatform"], f"Python {project['requires-python']}"],
        "date": [date and str(date), codemeta.get("datePublished"), zenodo.get("publication_date")],
        "repository": [cff.get("repository-code"), codemeta.get("codeRepository")],
        "DOI": [doi and f"https://doi.org/{doi}", codemeta.get("identifier")],
        "original": [
            original["url"], codemeta["referencePublication"]["@id"], zenodo["related_identifiers"][0]["identifier"]
        ],
        "title of the original": [original["title"], codemeta["referencePublication"]["name"]],
    }  # fmt: skip
    return [field for field, values in shared.items() if any(value != values[0] for value in values)]


def test_the_files_agree():
    assert differing(FILES) == []
    assert f"version {FILES['pyproject.toml']['version']} " in (ROOT / "README.md").read_text()
    assert (ROOT / "LICENSE").read_text().startswith(f"{FILES['CITATION.cff']['license']} License")


@pytest.mark.parametrize(
    ("file", "key", "field"),
    [
        ("CITATION.cff", "version", "version"),
        ("pyproject.toml", "version", "version"),
        ("codemeta.json", "name", "title"),
        (".zenodo.json", "title", "title"),
        ("pyproject.toml", "description", "description"),
        ("codemeta.json", "license", "licence"),
        (".zenodo.json", "license", "licence of the archive"),
        (".zenodo.json", "creators", "authors"),
        (".zenodo.json", "keywords", "keywords"),
        ("pyproject.toml", "requires-python", "Python"),
        (".zenodo.json", "publication_date", "date"),
        ("CITATION.cff", "repository-code", "repository"),
        ("CITATION.cff", "doi", "DOI"),
    ],
)
def test_a_field_that_drifts_is_noticed(file, key, field):
    files = copy.deepcopy(FILES)
    files[file][key] = [{"name": "Somebody"}] if key == "creators" else "other"
    assert differing(files) == [field]


def test_a_release_that_is_filled_in_everywhere_agrees():
    files = copy.deepcopy(FILES)
    files["CITATION.cff"] |= RELEASE | {"authors": [{"family-names": "Doe", "given-names": "Jo"}]}
    files["codemeta.json"] |= {
        "datePublished": RELEASE["date-released"],
        "codeRepository": RELEASE["repository-code"],
        "identifier": f"https://doi.org/{RELEASE['doi']}",
        "author": [{"@type": "Person", "familyName": "Doe", "givenName": "Jo"}],
    }
    files[".zenodo.json"] |= {"publication_date": RELEASE["date-released"], "creators": [{"name": "Doe, Jo"}]}
    assert differing(files) == []


def test_the_checklist_of_a_release_names_what_is_open():
    """Each field is filled in or a placeholder; the list has them all, and all files that name the authors."""
    cff = (ROOT / "CITATION.cff").read_text()
    assert {*re.findall(r"^(?:# )?([a-z-]+):", cff, re.M)} >= RELEASE.keys()
    release = CHECKLIST.partition("## A release")[2]
    assert all(f"`{field}`" in release for field in RELEASE)
    found = subprocess.run(
        ["git", "grep", "-l", "The rankcollapse authors", "--", ":!docs", ":!tests"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    [authors] = re.findall(r"\*\*Authors\*\*.*?(?=- \[ \])", release, re.S)
    assert found.returncode in (0, 1), found.stderr  # 1: nobody is called so any more
    assert {*found.stdout.split()} <= {link.removeprefix("../") for link in re.findall(r"\]\(([^)]+)\)", authors)}


def test_every_question_of_the_checklist_has_an_answer_with_a_link():
    rows = re.findall(r"^\| ([^|]*\?) \| (.*) \|$", CHECKLIST, re.M)
    assert len(rows) == 21  # as many as the conference asks
    for question, answer in rows:
        assert "](" in answer, question


SCALES = runpy.run_path(str(ROOT / "docs/scales.py"))


def test_the_table_of_what_overnight_reduces_is_that_of_the_settings():
    text = (ROOT / "docs/running.md").read_text()
    reduced = runpy.run_path(str(ROOT / "docs/reduced.py"))
    assert reduced["in_step"](text) == text, "run `make docs`"
    assert reduced["told"]("more", "[]", "[1, 2]") == "`more` [] → [1, 2]"
    assert reduced["told"]("grid", "[1, 2, 3]", "[2, 3, 4]") == "`grid` [1, 2, 3] → [2, 3, 4]"
    assert "`points.width 256.layers` 1000000 → 200000 (÷ 5)" in text
    assert reduced["two_digits"](23630) == "24000"


@pytest.mark.parametrize(("file", "part"), [("README.md", "readme"), ("docs/verdicts.md", "page")])
def test_verdicts_in_the_documentation_are_those_of_the_reference_results(file, part):
    text = (ROOT / file).read_text()
    assert SCALES[part](text, SCALES["references"]()) == text, "run `make docs`"
    if part == "readme":
        assert {row[1] for row in SCALES["ROW"].findall(text)} == {*statements()}


def test_the_readme_has_the_verdict_of_the_largest_scale_and_where_that_is_open_of_one_that_decided(tmp_path):
    verdicts = {
        "overnight": {"C1": "refuted", "C2": "not_run", "C3": "reproduced", "C4": "inconclusive", "C6": "inconclusive"},
        "laptop": {"C1": "reproduced", "C2": "refuted", "C3": "reproduced", "C4": "not_run", "C5": "not_run"},
    }
    verdicts["laptop"]["C6"] = "reproduced"
    for scale, found in verdicts.items():
        (tmp_path / scale).mkdir()
        judged = [
            Claim(**dict(statements()[id]), verdict=verdict, to_decide=None, conditions=[])
            for id, verdict in found.items()
        ]
        write_claims(judged, tmp_path / scale / "claims.json")
    references = SCALES["references"](tmp_path)
    assert [*references] == ["laptop", "overnight"]
    rows = "".join(f"| C{number} | a claim | old | `figure` (1) |\n" for number in range(1, 7))
    assert SCALES["readme"](f"text\n{rows}\nmore | C1 |\n", references) == (
        "text\n"
        "| C1 | a claim | **refuted** | `figure` (1) |\n"
        "| C2 | a claim | **refuted** (`laptop`) | `figure` (1) |\n"
        "| C3 | a claim | reproduced | `figure` (1) |\n"
        "| C4 | a claim | inconclusive | `figure` (1) |\n"
        "| C5 | a claim | not run | `figure` (1) |\n"
        "| C6 | a claim | inconclusive, reproduced (`laptop`) | `figure` (1) |\n"
        "\nmore | C1 |\n"
    )
    assert SCALES["table"](references) == (
        "| claim | `laptop` | `overnight` | |\n"
        "|---|---|---|---|\n"
        "| C1 | reproduced | refuted | differs |\n"
        "| C3 | reproduced | reproduced |  |\n"
        "| C6 | reproduced | inconclusive | differs |\n"
    )
    apart = {scale: {id: claims[id]} for (scale, claims), id in zip(references.items(), ("C2", "C4"), strict=True)}
    assert SCALES["table"](apart) == "No claim has been judged at more than one scale.\n"


def test_the_manifest_of_the_check_is_what_a_run_makes():
    text = (ROOT / "codecheck.yml").read_text()
    assert runpy.run_path(str(ROOT / "docs/manifest.py"))["in_step"](text) == text, "run `make docs`"
    listed = [entry["file"] for entry in yaml.safe_load(text)["manifest"]]
    figures = [f"results/laptop/figures/{name}.png" for name in rooms.names()]
    assert listed == [*figures, "results/laptop/claims.json"]
    committed = ROOT.glob("results/reference/laptop/figures/*.png")
    assert {path.name for path in committed} <= {path.rpartition("/")[2] for path in listed}


def test_the_check_is_of_our_paper_and_its_authors():
    paper = yaml.safe_load((ROOT / "codecheck.yml").read_text())["paper"]
    source = (ROOT / "paper/paper.tex").read_text()
    assert f"pdftitle={{{paper['title']}}}" in source
    given_first = [" ".join(reversed(full_name(author).split(", "))) for author in FILES["CITATION.cff"]["authors"]]
    assert [author["name"] for author in paper["authors"]] == given_first
    assert f"pdfauthor={{{', '.join(given_first)}}}" in source


def test_the_licences_of_the_data_are_in_the_catalogue():
    licences = {name: entry.licence for name, entry in catalogue().items()}
    assert licences.keys() == {"fashion-mnist-mini", "fashion-mnist", "cifar-10", "cifar-10-jpeg"}
    assert licences["fashion-mnist-mini"] == licences["fashion-mnist"]
    name, holder = licences["fashion-mnist-mini"].split(", © ")
    shipped = (EMBEDDED / "LICENSE").read_text()
    assert f"{name} License" in shipped
    assert f"Copyright © {holder}" in shipped
