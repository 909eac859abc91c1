"""Training of ensembles: data, steps, choice of a step size, pre-training by rank, checkpoints, devices."""
