"""The experiments, a package each: settings, the runs that fill its frames, its figure, its claims."""
