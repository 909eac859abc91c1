"""A container's definition, built and run in a root file system by debootstrap, which stands in for its base image."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

from support.projects import Project


def dockerfile(text):
    """The steps of a Dockerfile, in its order: (instruction, argument)."""
    return re.findall(r"^([A-Z]+) (.*)$", re.sub(r"\\\n", "", text), re.M)


def apptainer(text):
    """The steps of a definition for Apptainer, in the words of a Dockerfile."""
    header, *sections = re.split(r"^%(\w+)$", text, flags=re.M)
    parts = {name: body.strip() for name, body in zip(sections[::2], sections[1::2], strict=True)}
    run = shlex.split(parts["runscript"].removeprefix("exec "))
    assert run.pop() == "$@"
    return [
        ("FROM", re.search(r"^From: (\S+)$", header, re.M)[1]),
        *[("COPY", line.strip()) for line in parts["files"].splitlines()],
        *[("RUN", line.strip()) for line in parts["post"].splitlines()],
        ("ENTRYPOINT", json.dumps(run)),
    ]


class Container:
    """A root file system in which the steps of a definition are done."""

    def __init__(self, root):
        self.root, self.binds, self.workdir, self.entrypoint = root, [], "/", []
        listed = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
        sources = "".join(f"{path.read_text()}\n" for path in listed if path.is_file())
        mirror = re.search(r"https?://\S+/debian/?(?=\s)", sources)
        debootstrap = ["debootstrap", "--variant=minbase", "bookworm", root, *([mirror[0]] if mirror else [])]
        # its mounts end with it, also if it fails: nothing of this machine may lie in a folder that is removed later
        done = subprocess.run(["unshare", "--mount", *debootstrap], capture_output=True, text=True)
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
        self._reach_the_network()

    def _reach_the_network(self):
        """As this machine does: names of hosts, certificates, settings of apt and pip, and folders that pip's name."""
        for name in ("/etc/resolv.conf", "/etc/hosts"):
            if Path(name).exists():
                (self.root / name[1:]).write_bytes(Path(name).read_bytes())
        for proxy in Path("/etc/apt/apt.conf.d").glob("*prox*"):
            (self.root / f"etc/apt/apt.conf.d/{proxy.name}").write_bytes(proxy.read_bytes())
        listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
        settings = re.findall(r"^global\.([a-z-]+)='(.*)'$", listed, re.M)
        settings = {key: value for key, value in settings if key != "constraint"}
        if "cert" in settings:  # under a name that the package ca-certificates does not write to
            (self.root / "etc/ssl").mkdir(exist_ok=True)
            (self.root / "etc/ssl/of-the-machine.crt").write_bytes(Path(settings["cert"]).read_bytes())
            settings["cert"] = "/etc/ssl/of-the-machine.crt"
        text = "".join(f"{key} = {value}\n".replace("\\n", "\n    ") for key, value in settings.items())
        (self.root / "etc/pip.conf").write_text(f"[global]\n{text}")
        folders = {Path(name) for name in re.findall(r"(?:^|//| )(/opt/[^ /\n]+)", text.replace("\n", " "))}
        self.binds = sorted(folder for folder in folders if folder.is_dir())

    def run(self, command, user=None):
        """A command in the file system; its mounts end with it."""
        mounts = ["mount -t proc proc {r}/proc", "mount --rbind /dev {r}/dev"]
        mounts += [f"mkdir -p {{r}}{bind} && mount --bind {bind} {{r}}{bind}" for bind in self.binds]
        script = " && ".join([*mounts, 'exec chroot "$@"']).replace("{r}", shlex.quote(str(self.root)))
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        inside = f"cd {self.workdir} && exec " + shlex.join(command)
        chroot = [*([f"--userspec={user}:{user}"] if user else []), self.root, "/bin/sh", "-c", inside]
        environment = {"PATH": path, "HOME": "/" if user else "/root"}
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script, "sh", *chroot],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def build(self, steps):
        """Do the steps of a definition; of a base image only the name is looked at."""
        for instruction, argument in steps:
            if instruction == "COPY":
                source, target = argument.split()
                assert source == "."
                Project(self.root / target.lstrip("/"))  # what git tracks, as .dockerignore leaves it
            elif instruction == "RUN":
                done = self.run(["/bin/sh", "-c", argument])
                assert done.returncode == 0, done.stdout[-3000:]
            elif instruction == "WORKDIR":
                self.workdir = argument
                (self.root / argument.lstrip("/")).mkdir(parents=True, exist_ok=True)
            elif instruction == "ENTRYPOINT":
                self.entrypoint = json.loads(argument)
            else:
                assert instruction in ("ARG", "FROM"), instruction
