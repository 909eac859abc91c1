"""Two classes: whether a collapsed network learns to tell one class from another (asked in the paper's reviews)."""
