"""The ledger of claims: what each says, where the paper makes it, and how it is estimated. Verdicts come from runs.

Thresholds stand beside the code that judges (`experiments/*/claims.py`) and, with what was measured, in claims.json.
"""

from typing import Literal, NamedTuple

Verdict = Literal["reproduced", "refuted", "inconclusive", "not_run"]


class Claim(NamedTuple):
    """One claim.

    Attributes:
        statement: the claim in words.
        source: where the paper makes it; E are the artifact's own.
        figure: name of the figure that shows it.
        estimator: what is measured, over what, and why so.
    """

    statement: str
    source: str
    figure: str
    estimator: str


_NETWORKS = "Mean over independent random networks with Student's t interval"

LEDGER = {
    "C1": Claim(
        "At initialization the rank of a vanilla network's last hidden state collapses with depth, while "
        "batch normalization keeps it at √width or more at every depth.",
        "Figure 1, left; introduction",
        "depth",
        f"{_NETWORKS}, of the numerical rank in single precision: the original's measure.",
    ),
    "C2": Claim(
        "Vanilla networks stop training beyond about ten layers, while networks with batch normalization "
        "train at every depth.",
        "Figure 1, right; introduction",
        "depth",
        "Mean final accuracy over fresh networks at the step size that a search on other networks chose, so that no "
        "variant suffers from a step size; t interval.",
    ),
    "C3": Claim(
        "In random linear networks of 50,000 layers the rank stays above √width with batch normalization and "
        "falls to one without it.",
        "Figure 2, left; section 3",
        "deep",
        f"{_NETWORKS}, of the numerical rank in double precision at every measured layer; the lowest counts.",
    ),
    "C4": Claim(
        "In random ReLU networks of 50,000 layers the rank stays above √width with batch normalization and "
        "falls to one without it.",
        "Figure 2, right; section 3",
        "deep",
        f"{_NETWORKS}, of the numerical rank in double precision at every measured layer; the lowest counts.",
    ),
    "C5": Claim(
        "In linear networks with batch normalization the average participation ratio grows at least like √width.",
        "Theorem 2; Figure 3a",
        "width",
        "Exponent of a weighted line through logarithms of r; r is the mean of independent chains after a burn-in "
        "(MSER-5), whose two halves must agree. r bounds the rank from below and needs no tolerance.",
    ),
    "C6": Claim(
        "The soft rank is at least (1 - τ)² times the participation ratio, on every spectrum.",
        "Lemma behind Theorem 2, section 3",
        "bounds",
        "Least ratio of the two sides over all recorded spectra: an inequality for every matrix has no sampling error.",
    ),
    "C7": Claim(
        "A linear network with batch normalization escapes from a state of nearly rank one.",
        "Figure 3b",
        "escape",
        "Share of random chains whose second eigenvalue reaches one, and the mean layer at which it does; t interval.",
    ),
    "C8": Claim(
        "Without batch normalization a random linear network's spectrum collapses at the Lyapunov gaps' rate.",
        "Section 3, products of random matrices (Newman 1986)",
        "collapse",
        "Slope of measured on exact Lyapunov exponents, both about their means; t interval over chains.",
    ),
    "C9": Claim(
        "Pre-training that raises the rank makes deep vanilla networks train like BN networks.",
        "Figure 4; section 4",
        "pretraining",
        "Mean final accuracy of the deepest networks, and its difference from BN networks of the same seeds; "
        "t interval.",
    ),
    "C10": Claim(
        "Weights of one sign take its rank from a BN network, and its ability to train.",
        "Figure 6; section 4",
        "breaking",
        "Ratio of ranks and difference of losses of networks of the same seeds; t interval. VGG-19: of numerical ranks "
        "and accuracies; not of r, since in a first run r, which is at least one, was below two with BN itself.",
    ),
    "C11": Claim(
        "The participation ratio before training orders the variants by their speed of training.",
        "Figure 6; section 4",
        "breaking",
        "Spearman's correlation over all networks, which asks for an order and for no functional form; jackknife over "
        "seeds, because variants of a seed share weights and data.",
    ),
    "C12": Claim(
        "As the rank falls, the gradients of single samples in the weights of an output unit become collinear: "
        "without BN they are in deep networks, with BN at no depth.",
        "Section 4, directional gradient vanishing",
        "directions",
        "Mean absolute cosine over all pairs of samples and all output units, mean over networks; t interval.",
    ),
    "C13": Claim(
        "VGG-19: without normalization the rank of the last hidden state collapses at initialization and the network "
        "does not train; with batch normalization it keeps its rank and trains.",
        "Figure 5; section 4",
        "components",
        f"{_NETWORKS}, of the numerical rank and the final accuracy, with the thresholds of C1 and C2.",
    ),
    "E1": Claim(
        "The drift identity for the squared Frobenius norm of M holds to second order in γ, and its bracket "
        "averages to zero in stationarity.",
        "ours; the engine of Theorem 2",
        "bounds",
        "Slope of the drift, by Monte Carlo with antithetic weights, on the identity; normal interval of a "
        "weighted fit.",
    ),
    "E2": Claim(
        "In stationarity the average participation ratio is at least 2 √α √d, with α measured.",
        "ours; Theorem 2 with its constant",
        "bounds",
        "Ratio of r to the bound in the same chains; t interval over chains.",
    ),
    "E3": Claim(
        "The number of directions that survive infinite depth in a linear network with batch normalization is at least "
        "√d and grows like 2 √d.",
        "ours; the sharp version of Theorem 2",
        "sharp",
        "Index at which the falling Lyapunov exponents, extrapolated, cross zero: a rank without a tolerance; "
        "t interval over chains.",
    ),
    "E4": Claim(
        "Where paper and release disagree (D1 to D8), doing as the release does moves nothing that a claim rests on to "
        "the other side of its threshold.",
        "ours; the release beside the paper",
        "deviations",
        "Each quantity with one thing done as in the release and all else equal, by seed where possible; t interval. "
        "It must fall on the side of the threshold on which it falls our way; if that is neither, E4 is open.",
    ),
    "E5": Claim(
        "With N samples fixed and the width growing, a linear network with batch normalization makes them orthogonal: "
        "r crosses over from √d to N, and the gap closes like 1/√d.",
        "ours; asked in the paper's public reviews",
        "wide",
        "Means of stationary chains with t intervals; exponent of a weighted line through logarithms of the gap.",
    ),
    "E6": Claim(
        "Two classes do not help: vanilla networks that have lost their rank do not learn to tell two classes apart, "
        "while BN networks do at every depth.",
        "ours; asked in the paper's public reviews",
        "pairs",
        "Mean final accuracy over random pairs of classes at the step size that a search on other pairs chose; "
        "t interval over pairs.",
    ),
}
