"""Figure 5: rank and training of VGG-19 and residual networks with the components of BN, and with other remedies."""
