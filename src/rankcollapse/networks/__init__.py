"""Ensembles of networks whose members run as one batched program, and their initial weights."""
