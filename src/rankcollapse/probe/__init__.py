"""Rank and scale of anyone's network: a probe, its null band, a verdict in words, and cures."""
