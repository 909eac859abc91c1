"""The search for a step size."""

from rankcollapse.training.step_size import best_step_size, search_then_train


def row(step_size, loss, variant="a"):
    return {"step_size": step_size, "final_loss": loss, "variant": variant}


def test_the_step_size_is_chosen_by_mean_loss_and_never_a_diverging_one():
    assert best_step_size([row(0.1, 1.0), row(0.1, 3.0), row(0.3, 1.5), row(0.3, 1.6)]) == 0.3
    assert best_step_size([row(0.1, 1.0), row(0.3, 0.1), row(0.3, None)]) == 0.1
    assert best_step_size([row(0.3, None), row(0.1, None)]) == 0.1


def test_every_variant_has_its_own_search_over_the_same_grid():
    asked = {}

    def train_members(phase, members):
        asked[phase] = members
        return [row(step, abs(step - {"a": 0.1, "b": 0.3}[variant]), variant) for variant, step, _ in members]

    rows = search_then_train(train_members, ["a", "b"], [0.1, 0.2, 0.3], 2, 3)
    assert len(rows) == 12 + 6
    assert {(variant, step) for variant, step, _ in asked["search"]} == {(v, s) for v in "ab" for s in (0.1, 0.2, 0.3)}
    assert asked["final"] == [("a", 0.1, seed) for seed in range(3)] + [("b", 0.3, seed) for seed in range(3)]
