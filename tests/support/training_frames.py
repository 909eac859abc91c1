"""Made-up frames of trainings."""

import pandas as pd

SEEDS = range(5)


def accuracies(depth=32, seeds=SEEDS, **values):
    """Final accuracies of networks: for each variant of so many on average."""
    middle = sum(seeds) / len(seeds)
    return pd.DataFrame(
        {
            "phase": "final",
            "step": 10,
            "depth": depth,
            "variant": variant,
            "seed": seed,
            "final_accuracy": value + (seed - middle) / 1e3,
        }
        for variant, value in values.items()
        for seed in seeds
    )


VGG_VARIANTS = {"none": ("none", "torch_default"), "bn": ("full", "torch_default"), "one": ("full", "one_signed")}


VGG = {  # numerical rank, r, accuracy
    "none": (1, 1.0, 0.1),
    "bn": (32, 2.7, 0.8),
    "one": (2, 1.001, 0.1),
}


def of_vgg(**changes):
    """The frames of Figure 5 that C10, C11 and C13 read, with values for each variant.

    The accuracy on the batches is another than the final one, which the claims are about.
    """
    blocks, training = [], []
    for name, (normalization, initialization) in VGG_VARIANTS.items():
        if (values := (VGG | changes)[name]) is None:
            continue
        rank, ratio, accuracy = values
        shared = {"architecture": "vgg19", "normalization": normalization, "initialization": initialization}
        for seed in SEEDS:
            of_seed = shared | {"seed": seed, "width": 0.25}
            for block in (1, 2):
                at_block = {"block": block, "blocks": 2, "features": 128, "probe_size": 32}
                at_end = rank - 1 if name == "bn" and seed % 2 else rank  # ranks differ where there is one to lose
                at_block |= {"numerical_rank": at_end if block == 2 else 32}
                blocks.append(of_seed | at_block | {"participation_ratio": ratio})
            for step in (0, 5):
                row = {"phase": "final", "step": step, "participation_ratio": ratio + seed / 1e4, "diverged": False}
                row |= {"step_size": 0.1, "final_accuracy": accuracy + (seed - 2) / 1e3 if step else None}
                row |= {"loss": 2.3 - 2 * accuracy if step else None, "accuracy": 0.45 if step else None}
                training.append(of_seed | row)
    return {"components.blocks": pd.DataFrame(blocks), "components.training": pd.DataFrame(training)}
