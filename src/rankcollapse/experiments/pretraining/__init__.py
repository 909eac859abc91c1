"""Figure 4: pre-training by rank instead of BN, at growing depth."""
