"""Reproducible artifact of "Batch Normalization Provably Avoids Rank Collapse" (NeurIPS 2020)."""
