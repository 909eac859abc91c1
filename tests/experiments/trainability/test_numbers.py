"""The numbers of Figure 1."""

from support.trainability_frames import frames

from rankcollapse.experiments.trainability.numbers import numbers


def test_numbers_are_those_of_the_frames():
    found = numbers(frames())
    assert found["trainability.root"] == "11.3"
    assert found["trainability.rank.vanilla.shallowest"].startswith("121.0 [")
    assert found["trainability.rank.vanilla.deepest"].startswith("1.0 [")
    assert found["trainability.rank.vanilla.collapsed"] == "16"
    assert found["trainability.rank.bn.lowest"].startswith("81.0 [")
    assert found["trainability.rank.bn.minimum"] == "80"
    assert (found["trainability.published.compared"], found["trainability.published.difference"]) == ("2", "4")
    assert found["trainability.accuracy.bn.lowest"].startswith("0.71 [")
    assert found["trainability.accuracy.vanilla.deepest"].startswith("0.11 [")
    assert found["trainability.accuracy.vanilla.trained"] == "8"
    counted = {name: found[f"trainability.training.{name}"] for name in ("chosen", "edge", "networks")}
    assert counted == {"chosen": "18", "edge": "8", "networks": "54"}  # networks, not cells: each takes its own


def test_what_does_not_collapse_or_train_has_no_depth():
    changed = frames()
    changed["trainability.rank"]["numerical_rank"] += 50
    changed["trainability.training"]["final_accuracy"] = 0.1
    changed["trainability.rank"]["width"] = 64
    found = numbers(changed)
    assert found["trainability.rank.vanilla.collapsed"] == found["trainability.accuracy.vanilla.trained"] == "--"
    assert (found["trainability.published.compared"], found["trainability.published.difference"]) == ("0", "--")
