"""A gallery of architectures at random initialization, ours and those of others, looked at by the probe."""
