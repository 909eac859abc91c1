"""F1 to F8: laws that others derived since the paper, with thresholds that were fixed before the runs they judge."""

from rankcollapse.claims.statements import Statement

# thresholds from below and from above
NEAR = (0.95, 1.05)  # F1, F7: over the law
CLOSE = (0.9, 1.1)  # F2, F6: the same, where a finite width shows more
OFF = (-0.02, 0.02)  # F3: of a cosine
ODDS = (1.0, None)  # F3: over β, while the cosine is at least
VISIBLE = 0.1
FLAT = (-0.5, 0.5)  # F4: decimal logarithm of a factor: about three, over all depths,
STEADY = (-0.1, 0.1)  # and over the later half of them,
EXPLODES = (1.0, None)  # where Gaussian weights give more than a factor of ten
CUBE = (2.8, 3.2)  # F5
EQUAL = (0.9, None)  # F6: cosine without scaling
SPREAD = "spread 0.5"  # F7: of the scores that are judged
RISE = (None, 0.5)  # F8: less than one network in two ever has a rank that rises


def _law(law: str, statement: str, source: str, estimator: str) -> Statement:
    return Statement(id=law, statement=statement, source=source, estimator=estimator, figure="laws")


F1 = _law(
    "F1",
    "With BN the squared gradient grows by (B - 2)/(B - 3) a layer, or (B - 1)/(B - 2) if BN only scales, and with "
    "ReLU by π/(π - 1), corrected for the batch size B.",
    "Yang, Pennington, Rao, Sohl-Dickstein, Schoenholz 2019; ours for ReLU at finite B",
    "Growth of the logarithm a layer over that of the formula; a line in 1/d, at infinite width d.",
)
F2 = _law(
    "F2",
    "In wide vanilla ReLU networks one less the cosine of two inputs follows a recursion, and 9π²/(2 ℓ²) at layer ℓ.",
    "Cho, Saul 2009; Hayou, Doucet, Rousseau 2019",
    "Mean of 1 - ρ over the recursion at the worst layer; slope of 1/√(1 - ρ) over the later half of the layers.",
)
F3 = _law(
    "F3",
    "With BN, cosines follow the centred dual kernel of the activation, and (1 - ρ)/ρ grows by at least β a layer.",
    "Joudaki, Daneshmand, Bach 2023; the correction for the batch size: ours",
    "Mean cosine in a batch of independent pairs less the map, at the worst layer; growth of (1 - ρ)/ρ over β.",
)
F4 = _law(
    "F4",
    "With scale-only BN, as many samples as units, and orthogonal weights, linear networks have gradients that are "
    "flat at any depth; with Gaussian weights they have not.",
    "Meterez, Joudaki, Orabona, Immer, Rätsch, Daneshmand 2024",
    "Decimal logarithm of the ratio of gradient norms in the first layer at two depths, mean over networks.",
)
F5 = _law(
    "F5",
    "Self-attention without skip connections and MLPs cubes the distance to equal tokens in each layer.",
    "Dong, Cordonnier, Loukas 2021",
    "Slope of the logarithm of the distance after a layer on that before it, mean over networks.",
)
F6 = _law(
    "F6",
    "With uniform attention scaled by 1/√L beside skip connections n tokens end at a cosine of (e - 1)/(n + e - 1).",
    "Noci, Anagnostidis, Biggio, Orvieto, Singh, Lucchi 2022; the formula: ours",
    "Mean cosine over networks, over that of the formula at depth L, at the worst n; without scaling it is near one.",
)
F7 = _law(
    "F7",
    "Random attention over T tokens has one outlier: the second singular value is near 2 cv/√T, and the stable rank of "
    "AAᵀ tends to one. Without the outlier that of A is near T/4.",
    "Nait Saada, Naderi, Tanner 2025; the stable ranks 1 + cv² of A, and T/4: ours",
    "Mean over matrices of each quantity over its prediction, at the largest T.",
)
F8 = _law(
    "F8",
    "The numerical rank of the Jacobian of the hidden state in the input does not rise with depth.",
    "Feng, Zheng, Huang, Zhao, Jordan, Zha 2022",
    "Largest rise above an earlier layer, mean over networks of the worst kind. Below one half counts as none: a "
    "singular value at the edge of rounding comes back in some networks.",
)
