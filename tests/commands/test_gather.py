"""Cells are joined in the order given, with their provenance and what they cost."""

import pyarrow as pa
import pytest
from support.manifests import cell

from rankcollapse.commands.gather import gather
from rankcollapse.errors import UserError
from rankcollapse.provenance.files import FileRecord, sha256
from rankcollapse.provenance.fingerprints import settings_hash
from rankcollapse.storage.frames import read_frame, write_frame

HEAD = "s\th:m:s\tmax_rss\n"


@pytest.fixture
def cells(tmp_path):
    """Two cells with their provenance, of one of which the benchmark is known."""
    clocks = {"b": {"0-search": [(1, 0.5), (2, 1.25)]}, "a": {"search": [(2, 2.0)]}}
    for number, (name, clock) in enumerate(clocks.items()):
        write_frame(pa.table({"depth": [number, number]}), tmp_path / f"{name}.parquet")
        record = cell(settings={"depth": number}, seconds=1.5, device=f"cpu {name}", clock=clock)
        record.write(tmp_path / f"{name}.json")
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks/a.tsv").write_text(HEAD + "4.5\t0:00:04\t300.5\n")
    return [tmp_path / "b.parquet", tmp_path / "a.parquet"]


def test_cells_are_joined_in_the_order_given(cells, tmp_path):
    gather(cells, tmp_path / "benchmarks", tmp_path / "x.y.parquet")
    assert read_frame(tmp_path / "x.y.parquet").to_pydict() == {"depth": [0, 0, 1, 1]}
    record = FileRecord.read(tmp_path / "x.y.json")
    assert record.sha256 == sha256(tmp_path / "x.y.parquet")
    assert (record.rows, record.seconds, record.devices) == (4, 3.0, ["cpu a", "cpu b"])
    assert record.phases == {"search": 3.25}  # the last of each clock, over all cells of a job
    assert record.cost.model_dump() == {"jobs": 1, "job_seconds": 4.5, "peak_mb": 300.5}
    assert [made.settings for made in record.cells] == [{"depth": 0}, {"depth": 1}]
    assert record.settings_sha256 == settings_hash([{"depth": 0}, {"depth": 1}])


def test_a_cell_without_readable_provenance_is_named(cells, tmp_path):
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(UserError, match=r"a\.json is not the provenance that this version writes \(commit: "):
        gather(cells, tmp_path / "benchmarks", tmp_path / "x.y.parquet")
    assert not (tmp_path / "x.y.parquet").exists()


@pytest.mark.parametrize("content", [b"\x8b\x00", b"s\tmax_rss\n1.0\tmuch\n", b"s\tmax_rss\n1.0\n", b"a\n1\n"])
def test_a_damaged_benchmark_is_named(cells, tmp_path, content):
    (tmp_path / "benchmarks/b.tsv").write_bytes(content)
    with pytest.raises(UserError, match=r"b\.tsv is not a benchmark file of Snakemake, or is damaged"):
        gather(cells, tmp_path / "benchmarks", tmp_path / "x.y.parquet")


def test_the_output_does_not_take_the_name_of_its_provenance(cells, tmp_path):
    with pytest.raises(UserError, match=r"x\.json: a frame ends in \.parquet"):
        gather(cells, tmp_path / "benchmarks", tmp_path / "x.json")
    assert not (tmp_path / "x.json").exists()
