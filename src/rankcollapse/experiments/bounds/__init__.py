"""Bounds: the drift identity, the constant of Theorem 2, and the lemma on soft rank."""
