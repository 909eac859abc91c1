"""F1 to F8: laws that others derived since the paper, with thresholds that were fixed before the runs they judge."""

from rankcollapse.claims.statements import Statement

NEAR = 0.05  # F1, F7: relative distance from the law that counts as equal
CLOSE = 0.1  # F2, F6: the same, where a finite width shows more
OFF = 0.02  # F3: of a cosine
VISIBLE = 0.1  # F3: cosines below are not counted in the growth of the odds
FLAT = 0.5  # F4: decimal logarithm of a factor: about three, over all depths,
STEADY = 0.1  # and over those from LATE on,
LATE = 100
EXPLODES = 1.0  # where Gaussian weights give more than a factor of ten
CUBE_LOW, CUBE_HIGH = 2.8, 3.2  # F5
SMALL = -1.0  # F5: decimal logarithm of distances at which the slope is taken
COLLAPSED = 0.9  # F6: cosine without scaling
SPREAD = 0.5  # F7: of the scores that are judged
RISE = 0.5  # F8: less than one network in two ever has a rank that rises

F1 = Statement(
    id="F1",
    statement="With BN the squared gradient grows in every layer: by (B - 2)/(B - 3) in linear networks, by "
    "(B - 1)/(B - 2) in those with scale-only BN, and by π/(π - 1) and a correction for the batch in ReLU networks.",
    source="Yang, Pennington, Rao, Sohl-Dickstein, Schoenholz 2019; the formula for ReLU at finite B: ours",
    figure="laws",
    estimator="Growth of the logarithm of the squared gradient a layer, at several widths d; a line in 1/d gives the "
    "value at infinite width, over that of the formula.",
)
F2 = Statement(
    id="F2",
    statement="In wide vanilla ReLU networks the cosine ρ of two inputs follows the recursion of the arc-cosine kernel, "
    "and 1 - ρ falls like 9π²/(2 ℓ²).",
    source="Cho, Saul 2009; Hayou, Doucet, Rousseau 2019",
    figure="laws",
    estimator="Mean over the widest networks of 1 - ρ, over that of the recursion, at the worst layer; and the slope of "
    "(1 - ρ)^(-1/2) over the second half of the layers.",
)
F3 = Statement(
    id="F3",
    statement="With BN and an activation, cosines follow the centred dual kernel, and the odds (1 - ρ)/ρ grow by at "
    "least β = 2 - c₁²/(Σ c² - c₀²) a layer.",
    source="Joudaki, Daneshmand, Bach 2023; the correction for the batch: ours",
    figure="laws",
    estimator="Mean cosine of pairs in a batch of independent pairs, less that of the map, at the worst layer; and "
    "growth of the odds a layer while ρ is visible, over β; t intervals over networks.",
)
F4 = Statement(
    id="F4",
    statement="In linear networks with scale-only BN and as many samples as units, orthogonal weights keep the gradient "
    "of the first layer flat at any depth; Gaussian weights do not.",
    source="Meterez, Joudaki, Orabona, Immer, Rätsch, Daneshmand 2024",
    figure="laws",
    estimator="Decimal logarithm of the ratio of gradient norms at two depths, mean over networks; t interval.",
)
F5 = Statement(
    id="F5",
    statement="Self-attention without skip connections and MLPs cubes the distance to equal tokens in each layer.",
    source="Dong, Cordonnier, Loukas 2021",
    figure="laws",
    estimator="Slope of the logarithm of the distance after a layer on that before it, for each network; t interval.",
)
F6 = Statement(
    id="F6",
    statement="Under uniform attention, skip connections scaled by 1/√L keep the cosine of n tokens at "
    "(e - 1)/(n + e - 1); without scaling it tends to one.",
    source="Noci, Anagnostidis, Biggio, Orvieto, Singh, Lucchi 2022; the formula: ours",
    figure="laws",
    estimator="Mean cosine over networks, over that of the formula at this depth, at the worst n; t interval.",
)
F7 = Statement(
    id="F7",
    statement="Random attention over T tokens has one outlier: the second singular value is near 2 cv/√T, and the "
    "stable rank of AAᵀ tends to one. Without the outlier the stable rank of A is near T/4.",
    source="Nait Saada, Naderi, Tanner 2025; the stable ranks 1 + cv² of A, and T/4: ours",
    figure="laws",
    estimator="Mean over matrices of each quantity over its prediction, at the largest T; t interval.",
)
F8 = Statement(
    id="F8",
    statement="The numerical rank of the Jacobian of the hidden state in the input does not rise with depth, in any "
    "kind of network.",
    source="Feng, Zheng, Huang, Zhao, Jordan, Zha 2022",
    figure="laws",
    estimator="Largest rise of the rank (double precision) above that of an earlier layer, mean over networks of the "
    "worst kind: below one half, as a singular value at the edge of rounding may come back in some networks.",
)
