"""Wide networks on small batches: from the √d to the N regime."""
