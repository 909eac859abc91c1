"""Values of the original Figure 3a (Daneshmand et al., 2020), read off its plot; not results of this project."""

# log2 of the plotted rank by width, for γ = ∞ (and γ = 1, indistinguishable); reading error about 0.05.
LOG2_RANK = {8: 1.50, 16: 2.20, 32: 2.82, 64: 3.46, 128: 4.07, 256: 4.65}
