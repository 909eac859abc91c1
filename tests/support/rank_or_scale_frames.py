"""Made-up frames of the experiment that sets rank and scale apart."""

import pandas as pd

SEEDS = range(12)  # so many tell a tenth of accuracy from half of that
HELD = {  # accuracy and r of networks of depth 32 at equal scale, by network and rank
    ("glorot", "drawn"): (0.4, 1.05),
    ("glorot", "last"): (0.6, 4.0),
    ("glorot", "layerwise"): (0.55, 3.0),
    ("without_biases", "drawn"): (0.45, 1.1),
    ("default", "drawn"): (0.1, 1.0),
}
RANK = {"default": 1, "without_biases": 80, "glorot": 80, "he": 80}


def frames(depths=(16, 32), bn=0.58, held=None, rank=None):
    """Both frames, with other accuracies and r at equal scale, or other numerical ranks, where given."""
    shared = {"width": 128, "batch_size": 64, "dataset": "fashion-mnist-mini", "epochs": 1, "phase": "final"}
    shared |= {"step": 10, "step_size": 0.01}
    training = []
    for depth in depths:
        for seed in SEEDS:
            jitter = (seed - 5.5) / 1e3
            rows = {("bn", "drawn", "drawn"): (bn, 7.0)}
            for (network, way), (accuracy, ratio) in (HELD | (held or {})).items():
                rows[network, way, "held"] = (accuracy, ratio)
                rows[network, way, "drawn"] = (0.1, ratio)
            for (network, way, scale), (accuracy, ratio) in rows.items():
                row = {"network": network, "rank": way, "scale": scale, "depth": depth, "seed": seed}
                measured = {"participation_ratio": ratio + abs(jitter), "final_accuracy": accuracy + jitter}
                measured["numerical_rank"] = 60.0 if ratio > 1 else 1.0
                training.append(shared | row | measured)
    states = [
        {"network": network, "depth": depth, "seed": seed, "width": 128, "batch_size": 128}
        | {"numerical_rank": value + (seed % 2 if value > 1 else 0), "gradient_norm": 1.0}
        | {"predicted_rank": value if depth else 126}
        for network, value in (RANK | (rank or {})).items()
        for depth in (0, *depths)
        for seed in SEEDS
    ]
    return {"rank_or_scale.training": pd.DataFrame(training), "rank_or_scale.states": pd.DataFrame(states)}
