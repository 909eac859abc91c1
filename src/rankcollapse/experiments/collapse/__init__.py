"""Collapse of vanilla spectra at the rate of the Lyapunov gaps."""
