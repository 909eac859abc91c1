"""Directional vanishing: per-sample gradients become collinear as rank falls (section 3 of the paper)."""
