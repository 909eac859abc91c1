"""E4: what each disagreement between the paper and its release, D1 to D8, does to the results."""
