"""Files that are written whole, and frames: tidy tables with documented columns."""
