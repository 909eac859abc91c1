"""The numbers of the gallery that the paper's text quotes beside those of the claims."""

import pandas as pd

from rankcollapse.experiments.gallery.claims import READY_MADE
from rankcollapse.experiments.gallery.summary import last
from rankcollapse.report.numbers import interval, number


def numbers(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Results by name, as LaTeX."""
    frame = frames["gallery.states"]
    ratio = {key: interval(found) for key, found in last(frame).items()}
    by_name = {f"gallery.{'.'.join(key)}": found for key, found in ratio.items() if key[0] not in READY_MADE}
    others = {key: found for key, found in last(frame).items() if key[0] in READY_MADE}
    lowest, highest = (choice(others, key=lambda key: others[key].estimate) for choice in (min, max))
    centred = last(frame, "centred_participation_ratio")
    return by_name | {
        "gallery.others": number(len(others)),
        "gallery.others.lowest": ratio[lowest],
        "gallery.others.highest": ratio[highest],
        "gallery.mlp.plain.centred": interval(centred["mlp", "plain"]),
        "gallery.mlp.full.centred": interval(centred["mlp", "full"]),
    }
