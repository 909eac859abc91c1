"""Draw the gallery: the participation ratio through every architecture."""

import pandas as pd
from matplotlib.figure import Figure

from rankcollapse.experiments.gallery.claims import ONE_LINE
from rankcollapse.experiments.gallery.summary import bounds
from rankcollapse.report.style import Look, curves, logarithmic, panels

TITLES = {
    "mlp": "MLP",
    "recurrent": "recurrent network",
    "vgg": "VGG-19",
    "resnet": "ResNet-34",
    "encoder": "transformer encoder",
    "decoder": "transformer decoder",
    "vision": "of others, images",
    "language": "of others, text",
}
OURS = {
    "plain": Look("plain", "#c8501e", "s"),
    "skip": Look("skip connections", "#d9a400", "v"),
    "norm": Look("BN", "#2a9d4a", "^"),
    "layer_norm": Look("layer norm", "#d45087", "X"),
    "full": Look("BN and skip connections", "#0b5fa5", "o"),
}
ATTENTION = {
    "plain": Look("attention alone", "#c8501e", "s"),
    "no_skip": Look("no skip connections", "#6b3fa0", "D"),
    "no_norm": Look("no layer norm", "#d9a400", "v"),
    "no_mlps": Look("no MLPs", "#2a9d4a", "^"),
    "full": Look("all parts", "#0b5fa5", "o"),
}
RATIOS = [1, 2, 4, 8, 16, 32, 64]  # marked
LOOKS = dict.fromkeys(TITLES, OURS) | {
    "vgg": OURS | {"full": Look("BN", "#2a9d4a", "^")},
    "encoder": ATTENTION,
    "decoder": ATTENTION,
    "vision": {
        "resnet50": Look("ResNet-50", "#0b5fa5", "o"),
        "convnext": Look("ConvNeXt-T", "#c8501e", "s"),
        "swin": Look("Swin-T", "#2a9d4a", "^"),
        "vit": Look("ViT (DeiT-Ti)", "#6b3fa0", "D"),
    },
    "language": {
        "bert": Look("BERT base", "#0b5fa5", "o"),
        "gpt2": Look("GPT-2", "#c8501e", "s"),
        "t5": Look("T5 small, encoder", "#2a9d4a", "^"),
        "mamba": Look("Mamba 130M", "#6b3fa0", "D"),
    },
}


def draw(frames: dict[str, pd.DataFrame]) -> Figure:
    """One panel a family: means and intervals against relative depth; dotted, the threshold of two directions."""
    frame = frames["gallery.states"]
    with panels(4, 2, height=8.2, sharex=True) as (figure, grid):
        for (family, title), axes in zip(TITLES.items(), grid.flat, strict=True):
            rows = frame[frame["family"] == family]
            shown = {"x": "depth", "y": "participation_ratio", "hue": "variant", "looks": LOOKS[family]}
            curves(rows, axes, **shown, bounds=lambda values: bounds(frame.loc[values.index]), band=True)
            axes.axhline(ONE_LINE, color="black", linestyle=":", linewidth=1)
            logarithmic(axes, "y")
            axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "1/4", "1/2", "3/4", "1"])
            axes.set_yticks(RATIOS, [str(ratio) for ratio in RATIOS])
            axes.minorticks_off()
            most = rows["participation_ratio"].max() if len(rows) else ONE_LINE  # settings may leave others out
            axes.set(title=title, ylabel="$r$", xlabel="", ylim=(0.3, 1.3 * most))
            axes.legend(fontsize=6, labelspacing=0.2, ncols=2, loc="lower center")  # below the least r, one
        for axes in grid[-1]:
            axes.set_xlabel("relative depth")
    return figure
