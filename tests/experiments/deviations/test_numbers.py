"""The table of the deviations."""

from support.deviation_frames import EVERY_ROW, frames

from rankcollapse.experiments.deviations.numbers import numbers


def test_the_table_has_every_row_and_counts_those_that_a_claim_rests_on():
    found = numbers(frames(adam=0.5, sampled=0.3, center=(2.5, 0.45)))
    lines = found["deviations.rows"].split("\n")
    assert [line.partition(" & ")[0] for line in lines] == EVERY_ROW
    assert all(line.count(" & ") == 6 for line in lines)
    assert [found[f"deviations.{answer}"] for answer in ("yes", "no", "open")] == ["1", "19", "1"]
    by_row = dict(zip(EVERY_ROW, lines, strict=True))
    assert by_row["D8a"].endswith(r"& 7 & \ensuremath{-}4.001 [\ensuremath{-}4.019, \ensuremath{-}3.982] & C10 & no \\")
    assert by_row["D7a"].endswith("& none & not counted \\\\")  # no claim rests on it
    assert r"$\gamma$ = 0.01" in by_row["D5a"]
