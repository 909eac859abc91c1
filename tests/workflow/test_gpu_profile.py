"""The profile for several GPUs runs a job on each, on a machine whose GPUs are a faked list."""

import re

from support.projects import SMOKE, Project


def test_the_gpu_profile_runs_a_job_on_each(machine, tmp_path):
    project = Project(tmp_path / "project")
    names = ("trainability.rank/variant~bn", "trainability.rank/variant~vanilla", "fixed_batch.chain/activation~relu")
    cells = [f"results/smoke/cells/{name}" for name in names]
    done = project.snakemake(
        *(f"{cell}.parquet" for cell in cells),
        *("--workflow-profile", "profiles/gpu", "--cores", "4", "--resources", "gpu=2", *SMOKE, "device=auto"),
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    logs = [(project.folder / cell.replace("cells", "logs/cells")).with_suffix(".log") for cell in cells]
    assert {re.search("GPU (GPU-.)$", log.read_text(), re.M)[1] for log in logs} == {"GPU-A", "GPU-B"}
