"""The command line in a process of its own."""

import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent


def rankcollapse(*arguments, cwd=None, **env):
    done = subprocess.run(
        [BIN / "rankcollapse", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", **env},
    )
    assert "Traceback" not in done.stderr
    return done


def fails(*arguments, **kwargs):
    done = rankcollapse(*arguments, **kwargs)
    assert done.returncode != 0
    return done.stderr


RANK = ["variant=bn", "dataset=fashion-mnist-mini", "width=8", "batch_size=16", "depths=[0,2]", "seeds=2", "tau=0.1"]
