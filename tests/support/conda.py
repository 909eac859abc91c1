#!/usr/bin/env python3
"""A stand-in for conda: it creates environments as conda does, from the file that it is given, where that file lies.

The packages of `pip:` are resolved by pip in the new environment, as conda has it do, from a file beside the given one.
What is already on this machine is taken from the folder of packages in CONDA_STAND_IN_PACKAGES, so that nothing is
downloaded. Each start of the environment's Python leaves a line in its file `starts`.
"""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import yaml


def create(file: Path, prefix: Path) -> None:
    environment = yaml.safe_load(file.read_text())
    python, *_, wheels = environment["dependencies"]
    assert python.startswith("python=")
    venv.create(prefix, with_pip=True)
    pip = [prefix / "bin/python", "-m", "pip"]
    subprocess.run([*pip, "uninstall", "--quiet", "--yes", "setuptools"], check=True)  # venv's own, of another version
    [packages] = prefix.glob("lib/python*/site-packages")
    (packages / "machine.pth").write_text(os.environ["CONDA_STAND_IN_PACKAGES"] + "\n")
    requirements = file.with_suffix(".requirements.txt")
    requirements.write_text("".join(f"{line}\n" for line in wheels["pip"]))
    subprocess.run([*pip, "install", "--quiet", "--no-index", "-r", requirements.name], cwd=file.parent, check=True)
    real = (prefix / "bin/python").rename(prefix / "bin/python-itself")
    (prefix / "bin/python").write_text(f'#!/bin/sh\necho >> "{prefix}/starts"\nexec "{real}" "$@"\n')
    (prefix / "bin/python").chmod(0o755)


def main(arguments: list[str]) -> None:
    if arguments[0] == "--version":
        print("conda 25.1.0")
    elif arguments[0] == "info":
        print(json.dumps({"conda_prefix": str(Path(__file__).parents[1]), "platform": "linux-64"}))
    elif arguments[0] == "config":
        print(json.dumps({"get": {"channel_priority": "strict"}}))
    elif arguments[:2] == ["env", "create"]:
        options = dict(zip(arguments[4::2], arguments[5::2], strict=True))
        create(Path(options["--file"]), Path(options["--prefix"]))
    elif arguments[0] != "clean":
        sys.exit(f"the stand-in does not know: conda {' '.join(arguments)}")


if __name__ == "__main__":
    main(sys.argv[1:])
