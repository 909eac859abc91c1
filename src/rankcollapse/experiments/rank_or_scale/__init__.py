"""Rank or scale: which of the two, set one without the other, decides whether a deep network trains."""
