"""What a run cost, from benchmark files."""

from rankcollapse.provenance.costs import cost, disk_mb
from rankcollapse.provenance.records import Cost

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def test_the_cost_of_jobs_is_the_sum_of_seconds_and_the_largest_memory(tmp_path):
    lines = {"a": "10.04\t0:00:10\t300.5\t1\t1\t1\t1\t1\t1\t1\n", "b": "0.5\t0:00:00" + 8 * "\tNA" + "\n"}
    lines["c"] = "2.0\t0:00:02\t1200.25\t1\t1\t1\t1\t1\t1\t1\n"
    for name, line in lines.items():
        (tmp_path / f"{name}.tsv").write_text(HEAD + line)
    a, b, c = (tmp_path / f"{name}.tsv" for name in lines)
    assert cost([a, b, c]) == Cost(jobs=3, job_seconds=12.5, peak_mb=1200.25)
    assert cost([b]) == Cost(jobs=1, job_seconds=0.5, peak_mb=None)
    assert cost([]) == Cost(jobs=0, job_seconds=0, peak_mb=None)
    (tmp_path / "again.tsv").write_text(HEAD + lines["a"] + lines["c"])  # a job that was repeated
    assert cost([tmp_path / "again.tsv"]) == Cost(jobs=2, job_seconds=12.0, peak_mb=1200.25)


def test_space_on_disk_is_that_of_all_files_below(tmp_path):
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "a").write_bytes(bytes(1_500_000))
    (tmp_path / "deep/er/b").write_bytes(bytes(620_000))
    assert disk_mb(tmp_path) == 2.1
