"""The rules' hashes of source code: what an edit runs again, without running anything."""

import re
import shutil

import pytest
from support.paths import ROOT

from rankcollapse.cli import VERBS
from rankcollapse.experiments import rooms
from rankcollapse.experiments.base import Derived
from rankcollapse.provenance import fingerprints

RULES = "\n".join(path.read_text() for path in sorted((ROOT / "workflow/rules").glob("*.smk")))
STATEMENTS = eval(re.search(r"^STATEMENTS = (\[.*\])", RULES, re.M)[1])
WITHOUT_SOURCE = {"data", "verify", "compare", "take"}  # verified by hashes; tables are printed each time
FRAMES = {frame: cell for name in rooms.names() for frame, cell in rooms.frames(name).items()}
COMPUTING = {frame: f"experiments.{frame.partition('.')[0]}.{cell.COMPUTED_BY}" for frame, cell in FRAMES.items()}


def rules():
    """The rules that are a command each: its verb, and what their hash is made of."""
    for text in re.split(r"^ *rule\b", RULES, flags=re.M)[1:]:
        if verb := re.search(r'"rankcollapse (\w+) ', text):
            found = re.search(r"source=(?:lambda wildcards: )?source\((.*)\),$", text, re.M)
            yield verb[1], found[1] if found else None


def modules(rule, **wildcards):
    """The modules of a rule's hash, as its text has them."""
    [text] = {source for verb, source in rules() if verb == rule}
    names = {"wildcards": type("Wildcards", (), wildcards), "EXPERIMENTS": rooms.names()}
    names["STATEMENTS"] = STATEMENTS
    names["computing_module"] = COMPUTING.__getitem__
    return [f"rankcollapse.{name}" for name in eval(f"({text},)", names)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the source, which hashes are made of."""
    folder = tmp_path_factory.mktemp("src")
    shutil.copytree(ROOT / "src/rankcollapse", folder / "rankcollapse", ignore=shutil.ignore_patterns("__pycache__"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fingerprints, "ROOT", folder)
        forget()
        yield folder / "rankcollapse"
    forget()


def forget():
    fingerprints._content.cache_clear()
    fingerprints._imports.cache_clear()


def hashes():
    """The hash of every rule, of every frame and figure where there is one for each; files are read again."""
    fingerprints._content.cache_clear()  # not the imports: no edit here changes them
    cells = {f"run {frame}": modules("run", frame=frame) for frame in FRAMES if not issubclass(FRAMES[frame], Derived)}
    bounds = {f"derive {name}": modules("derive", frame=name) for name in FRAMES if issubclass(FRAMES[name], Derived)}
    figures = {f"figure {name}": modules("figure", experiment=name) for name in rooms.names()}
    others = {verb: modules(verb) for verb, source in rules() if source and verb not in ("run", "derive", "figure")}
    return {rule: fingerprints.source_hash(*names) for rule, names in (cells | bounds | figures | others).items()}


def test_every_command_in_a_rule_is_in_its_hash():
    found = dict(rules())
    assert found.keys() <= {*VERBS}
    assert {verb for verb, source in found.items() if source is None} == WITHOUT_SOURCE
    for verb, source in found.items():
        if source:
            assert source.startswith(f'"commands.{verb}"')


def edited(copy, file):
    """The rules whose hash is another after a line is added to a module; the edit is taken back."""
    before = hashes()
    content = (copy / file).read_bytes()
    (copy / file).write_bytes(content + b"\n# edited\n")
    try:
        after = hashes()
    finally:
        (copy / file).write_bytes(content)
    assert hashes() == before
    return {rule for rule in before if after[rule] != before[rule]}


def of(verb):
    """The rules of a verb."""
    return {rule for rule in hashes() if rule.partition(" ")[0] == verb}


def test_an_edit_of_a_command_is_of_its_rules_only(copy):
    assert len(of("run")) == 24
    assert len(of("figure")) == len(rooms.names())
    for verb in ("run", "derive", "gather", "figure", "claims", "manifest", "numbers", "page", "crate", "tarball"):
        assert edited(copy, f"commands/{verb}.py") == of(verb) != set(), verb
    assert edited(copy, "cli.py") == set()


def test_an_edit_of_a_statement_is_of_claims_though_its_judge_is_not_in_the_run(copy):
    [source] = {source for verb, source in rules() if verb == "claims"}
    names = {"EXPERIMENTS": ["escape"], "STATEMENTS": STATEMENTS}
    hashed = [f"rankcollapse.{name}" for name in eval(f"({source},)", names)]
    assert "rankcollapse/experiments/trainability/claims.py" in fingerprints.module_files(*hashed)
    assert "rankcollapse/experiments/trainability/judge.py" not in fingerprints.module_files(*hashed)


def test_an_edit_of_a_figure_is_of_no_other_rule(copy):
    for name in rooms.names():
        assert edited(copy, f"experiments/{name}/figure.py") == {f"figure {name}"}
    assert edited(copy, "report/style.py") == of("figure")


def test_an_edit_of_a_judge_or_of_numbers_is_of_no_cell_and_no_figure(copy):
    for name in rooms.names():
        assert "claims" in edited(copy, f"experiments/{name}/judge.py") <= {"claims", "numbers"}
        assert edited(copy, f"experiments/{name}/numbers.py") == {"numbers"}


@pytest.mark.parametrize("frame", FRAMES)
def test_an_edit_of_what_computes_a_frame_is_of_the_frames_that_it_computes_and_no_figure(copy, frame):
    file = f"{COMPUTING[frame].replace('.', '/')}.py"
    verb = "derive" if issubclass(FRAMES[frame], Derived) else "run"
    assert edited(copy, file) == {f"{verb} {name}" for name in FRAMES if COMPUTING[name] == COMPUTING[frame]}


@pytest.mark.parametrize("name", rooms.names())
def test_an_edit_of_the_settings_is_of_no_cell(copy, name):
    for part in ("settings", "claims"):
        changed = edited(copy, f"experiments/{name}/{part}.py")
        assert not {rule for rule in changed if rule.partition(" ")[0] in ("run", "gather")}, part
