"""The settings of every scale as they stand in the files, with changes."""

import copy

import yaml
from support.paths import ROOT

CONFIG = ROOT / "config"


SCALES = ["smoke", "laptop", "overnight", "paper"]


def values(scale="laptop"):
    return yaml.safe_load((CONFIG / f"{scale}.yaml").read_text())


def changed(path, value):
    settings = copy.deepcopy(values())
    *parents, key = path.split(".")
    place = settings
    for parent in parents:
        place = place[parent]
    if value is None:
        del place[key]
    else:
        place[key] = value
    return settings
