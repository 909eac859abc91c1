"""Values of the original Figure 1 (Daneshmand et al., 2020), read off its plot; not results of this project."""

WIDTH = BATCH_SIZE = 128

# Numerical rank of vanilla networks at initialization, by depth; reading error about two units.
VANILLA_RANK = {0: 125, 2: 101, 4: 69, 6: 56, 8: 34, 10: 15, 12: 3, 14: 1}

# Final training accuracy on the whole of Fashion-MNIST, by depth; reading error about 0.02. Up to depth 8 vanilla
# networks lie between 0.93 and 0.97, and the middle is given. BN networks fall from the first of the two to the second.
DATASET, EPOCHS = "fashion-mnist", 75
VANILLA_ACCURACY = dict.fromkeys(range(0, 10, 2), 0.95) | {10: 0.89} | dict.fromkeys(range(12, 34, 2), 0.10)
BN_ACCURACY = {0: 0.985, 32: 0.93}
