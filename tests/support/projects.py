"""Copies of the project in which the graph runs."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from support.paths import ROOT

from rankcollapse.report.latex import missing_packages

LATEX = [] if missing_packages() else ["typeset"]


SMOKE = ("--config", "scale=smoke")


class Project:
    """A copy of the project under git, with what a run leaves in it."""

    def __init__(self, folder):
        self.folder, self.output = folder, folder.with_name(f"{folder.name}.output")
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, names.split("\0")):
            if not (ROOT / name).exists():  # removed, and git does not know yet
                continue
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name, follow_symlinks=False)
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "copy")

    def git(self, *arguments):
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    def environment(self, **changes):
        """The variables that a command in the copy gets; one that is None is unset."""
        environment = {key: value for key, value in os.environ.items() if key != "RANKCOLLAPSE_CACHE"}
        environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        environment["PYTHONPATH"] = str(self.folder / "src")  # the copy's modules, not the installed ones
        return {key: value for key, value in (environment | changes).items() if value is not None}

    def run(self, command, *, umask=-1, **changes):
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(**changes),
            umask=umask,
            capture_output=True,
            text=True,
            errors="replace",
        )

    def shell(self, script):
        return self.run(["bash", "-euo", "pipefail", "-c", script])

    def snakemake(self, *arguments, **surroundings):
        return self.run(["snakemake", "--cores", "1", *arguments], **surroundings)

    def start(self, *arguments):
        """A run in the background, its jobs in its process group; its output goes to a file beside the copy."""
        command = ["snakemake", "--cores", "2", *arguments]
        with self.output.open("w") as output:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def clear(self):
        """Remove all that runs have left: results, data, and what Snakemake knows of them."""
        for name in ("results/smoke", "data", ".snakemake"):
            if (self.folder / name).exists():
                shutil.rmtree(self.folder / name)  # fails where a job still writes: it must not pass for the next run's

    def made(self):
        """The sha256 of everything that a run must make with the same bytes, by name."""
        results = self.folder / "results/smoke"
        patterns = ("cells/*/*.parquet", "frames/*.parquet", "derived/*.parquet", "figures/*.png", "claims.json")
        paths = [path for pattern in patterns for path in results.glob(pattern)]
        return {str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    def planned(self, *arguments):
        """The jobs a dry run would run: rule -> count."""
        done = self.snakemake("--dry-run", *(arguments or SMOKE))
        output = done.stdout + done.stderr
        assert done.returncode == 0, output
        if "Nothing to be done" in output:
            return {}
        table = re.search(r"Job stats:\njob +count\n[- ]+\n(.*?)\ntotal", output, re.S)[1]
        return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table, re.M) if rule != "default"}

    def edited(self, file):
        """The jobs that run again after a line is added to a module; the edit is taken back."""
        path = self.folder / "src/rankcollapse" / file
        before = path.read_bytes()
        path.write_bytes(before + b"\n# edited\n")
        try:
            return self.planned()
        finally:
            path.write_bytes(before)


AFTER = {"claims": 1, "manifest": 1} | ({"numbers": 1, "typeset": 1} if LATEX else {})


def finished(done):
    """The rules of the jobs that a run has finished."""
    assert done.returncode == 0, done.stdout + done.stderr
    return re.findall(r"Finished jobid: \d+ \(Rule: (\w+)\)", done.stderr)
