"""E9 to E11: which architectures lose their rank, with thresholds that were fixed before the runs they judge.

What theory says of wide networks: N inputs that are all at a cosine ρ have r = 1/(ρ² + (1 - ρ²)/N). All inputs here are
Gaussian, so that they start at ρ = 0 and r = N = 32.

- A vanilla ReLU layer maps ρ by the arc-cosine kernel (Cho, Saul 2009), whether layer normalization stands before it or
  not: r is 1.2 after 16 layers and 1.05 after 32. That holds where steps share weights, too (Yang 2019, of recurrent
  networks).
- BN puts pre-activations at ρ = -1/(N - 1), whatever was below, so that r is 8.3 after the next layer; beside a skip
  connection 8.7 after 32. In VGG-19 zero padding gives each position a mean of its own that BN leaves: about 4.
- Self-attention alone averages tokens. r is 1 after 12 layers, with a causal mask too, whose products of uniform
  averages have r = 1.00001 (Dong et al. 2021). MLPs and normalization do not undo that; skip connections do: those of
  PyTorch's initialization are six times stronger than attention (r of about 20).

The thresholds are round numbers between these: two directions, and √N, which the paper's theorem has. They stood before
the run, and so did these estimates. Two were wrong: that of attention had left out the MLPs, and that of recurrent
networks beside a skip connection had taken steps for independent (docs/verdicts.md).

E11 was open after a first run with five networks of each architecture of others. Then they got twelve, the first five
of which are the same. They are as the package transformers initializes them. For Mamba that is not what its authors do:
`in_proj` and embeddings have a deviation of 0.1, and projections out of a block are not scaled down by its depth. Their
states are what their blocks put out: in some, say ResNet-50 and BERT, that is after ReLU or normalization. The dropout
that gives the input of T5 stands after its last normalization, too: its last state is the normalized one, and its six
blocks take seven steps of depth. That moves r by less than 0.01 (laptop).
"""

from rankcollapse.claims.statements import Statement

ONE_LINE = 2.0  # fewer than two directions
WITHOUT = [  # family and variant
    ("mlp", "plain"), ("mlp", "layer_norm"), ("recurrent", "plain"), ("vgg", "plain"), ("resnet", "plain"),
    ("encoder", "plain"), ("encoder", "no_skip"), ("decoder", "plain"), ("decoder", "no_skip"),
]  # fmt: skip
WITH = [(family, "full") for family in ("mlp", "recurrent", "vgg", "resnet", "encoder", "decoder")]
OVER_ROOT = [  # √N or more; convolutions are not among them, because of their padding
    ("mlp", "full"), ("recurrent", "full"),
    *((family, variant) for family in ("encoder", "decoder") for variant in ("full", "no_norm", "no_mlps")),
]  # fmt: skip
READY_MADE = ("vision", "language")

_ESTIMATOR = (
    "Mean participation ratio r of the last hidden state of a Gaussian batch of N images, or of the tokens of one "
    "sequence, over independent random networks; the worst of the architectures; t interval for a bounded quantity."
)

E9 = Statement(
    id="E9",
    statement="Without skip connections and BN the last hidden state has fewer than two directions: MLPs (with layer "
    "normalization too), recurrent networks, VGG-19, ResNet-34, and attention (with MLPs and normalization too).",
    source="ours; for attention Dong, Cordonnier, Loukas 2021",
    figure="gallery",
    estimator=_ESTIMATOR,
)
E10 = Statement(
    id="E10",
    statement="With all their parts these networks keep two directions or more, and √N or more if they are not "
    "convolutional. Attention keeps √N also without layer normalization, and also without MLPs.",
    source="ours",
    figure="gallery",
    estimator=_ESTIMATOR,
)
E11 = Statement(
    id="E11",
    statement="Architectures that others wrote, as the package transformers initializes them, keep two directions or "
    "more.",
    source="ours",
    figure="gallery",
    estimator=_ESTIMATOR,
)
