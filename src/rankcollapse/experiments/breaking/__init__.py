"""Figure 6: breaking BN by weights of one sign, and making up for it by pre-training."""
