"""The settings of a scale: read, checked, documented."""
