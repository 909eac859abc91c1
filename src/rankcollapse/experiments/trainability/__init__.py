"""Figure 1: rank at initialization and training accuracy against depth, with and without BN."""
