"""Values of the original Figure 1 (Daneshmand et al., 2020), read off its plot; not results of this project."""

WIDTH = BATCH_SIZE = 128

# Numerical rank of vanilla networks at initialization, by depth; reading error about two units.
VANILLA_RANK = {0: 125, 2: 101, 4: 69, 6: 56, 8: 34, 10: 15, 12: 3, 14: 1}
