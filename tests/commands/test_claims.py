"""Judging frames from the command line: what is missing is named, and a fault of a judge is not hidden."""

import re
import shlex
import shutil
from types import SimpleNamespace

import pytest
from support.cli import fails, rankcollapse
from support.paths import ROOT

from rankcollapse.claims.judging import judge
from rankcollapse.claims.records import read_claims
from rankcollapse.commands.claims import claims
from rankcollapse.errors import UserError
from rankcollapse.experiments import rooms
from rankcollapse.experiments.ledger import statements
from rankcollapse.experiments.two_classes import judge as two_classes
from rankcollapse.experiments.two_classes.claims import E6
from rankcollapse.storage.frames import read_frame, write_frame

LAPTOP = ROOT / "results/reference/laptop"


def committed(*names):
    """Committed frames."""
    return [LAPTOP / f"frames/{name}.parquet" for name in names]


def test_the_claims_of_some_frames_are_the_committed_ones_in_the_order_of_their_names(tmp_path):
    frames = committed("two_classes.training", "gradient_cosines.gradients", "pretraining.training")
    claims(frames, tmp_path / "claims.json")
    every = read_claims(tmp_path / "claims.json")
    assert [claim.id for claim in every] == [*statements()]
    found = [claim for claim in every if claim.verdict != "not_run"]
    assert [claim.id for claim in found] == ["C9", "C12", "E6"]
    assert found == [claim for claim in read_claims(LAPTOP / "claims.json") if claim.id in ("C9", "C12", "E6")]


def test_a_frame_that_a_judge_needs_and_does_not_get_is_named(tmp_path):
    message = fails("claims", *committed("trainability.rank"), "--output", tmp_path / "claims.json")
    assert message == (
        "error: the frame trainability.training is needed and was not given; "
        "give the file trainability.training.parquet too. It is made by: "
        "snakemake --cores all results/SCALE/frames/trainability.training.parquet --config scale=SCALE\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_claims_that_need_frames_of_another_experiment_are_not_run_without_them(tmp_path):
    claims(committed("breaking.training", "breaking.release"), tmp_path / "claims.json")
    found = {claim.id: claim for claim in read_claims(tmp_path / "claims.json")}
    assert {claim.verdict for claim in found.values()} == {"not_run"}
    missing = "components.blocks, components.training"
    assert found["C10"].to_decide == f"frames that were not given: {missing}"


def test_a_derived_frame_that_is_not_given_is_told_with_the_command_that_makes_it(tmp_path):
    """As README says it of the committed frames, which have no derived one: the command works as it is printed."""
    frames = sorted((LAPTOP / "frames").glob("*.parquet"))
    told = fails("claims", *frames, "--output", tmp_path / "claims.json", cwd=tmp_path)
    [command] = re.findall("It is made by: rankcollapse (.*)", told)
    assert rankcollapse(*shlex.split(command), cwd=tmp_path).returncode == 0
    made = tmp_path / "bounds.theorem.parquet"
    assert rankcollapse("claims", *frames, made, "--output", tmp_path / "claims.json").returncode == 0
    assert read_claims(tmp_path / "claims.json") == read_claims(LAPTOP / "claims.json")


@pytest.mark.parametrize("times", [0, 2])
def test_a_judge_that_forgets_or_repeats_a_claim_is_told(tmp_path, monkeypatch, times):
    monkeypatch.setattr(two_classes, "judge_all", lambda frames: times * [judge(E6, [], "of the test")])
    with pytest.raises(UserError, match="judge_all of two_classes must return the claims E6, each once"):
        claims(committed("two_classes.training"), tmp_path / "claims.json")
    assert list(tmp_path.iterdir()) == []


def test_a_key_error_within_a_judge_is_an_error_of_ours(tmp_path, monkeypatch):
    def judge_all(frames):
        return {}["a key of ours"]

    monkeypatch.setattr(rooms, "module", lambda experiment, part: SimpleNamespace(judge_all=judge_all))
    with pytest.raises(KeyError, match="a key of ours"):
        claims(committed("two_classes.training"), tmp_path / "claims.json")
    assert list(tmp_path.iterdir()) == []


def test_a_column_that_a_judge_misspells_is_an_error_of_ours(tmp_path, monkeypatch):
    def judge_all(frames):
        return [judge(E6, [], str(frames["two_classes.training"]["misspelt"]))]

    monkeypatch.setattr(rooms, "module", lambda experiment, part: SimpleNamespace(judge_all=judge_all))
    with pytest.raises(KeyError, match="misspelt"):
        claims(committed("two_classes.training"), tmp_path / "claims.json")


def test_no_frame_of_that_name(tmp_path):
    with pytest.raises(UserError, match="no frame 'claims'"):
        claims([LAPTOP / "claims.json"], tmp_path / "claims.json")


def test_frames_that_are_not_what_they_are_called(tmp_path):
    [escape, other] = committed("escape.chain", "trainability.rank")
    folder = tmp_path / "other"
    folder.mkdir()
    shutil.copy(other, folder / escape.name)
    assert "it is another frame by that name, or another version made it" in fails(
        "claims", folder / escape.name, "--output", tmp_path / "claims.json"
    )
    assert "two of the files are the frame escape.chain" in fails(
        "claims", escape, escape, "--output", tmp_path / "claims.json"
    )
    write_frame(read_frame(escape).slice(0, 0), folder / escape.name)
    for command in (["claims"], ["figure", "escape"]):
        told = fails(*command, folder / escape.name, "--output", tmp_path / "x.png")
        assert "escape.chain.parquet has no rows" in told
    assert list(tmp_path.iterdir()) == [folder]
