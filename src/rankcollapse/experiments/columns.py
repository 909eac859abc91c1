"""Descriptions of the columns that several frames have; light, since cells name them."""

SEARCHED = {
    "phase": "final (with the step size that the network took) or search (with one that was tried and dropped)",
    "step_size": "step size of the optimizer",
}
TRIED = {
    "step": "gradient steps done",
    "loss": "of a step size that was dropped: mean cross entropy of the batches that decided; missing if diverged",
}
OUTCOME = {
    "final_loss": "after the last step: mean cross entropy over the whole training set, BN on batch statistics; "
    "missing if diverged",
    "final_accuracy": "after the last step: accuracy over the whole training set, BN on batch statistics",
}
CHAIN = {"chain": "number of the random network", "layer": "layers above the start"}
EXPONENT = {
    "chain": "number of the random network",
    "index": "number of the exponent, the largest is 1",
    "exponent": "measured Lyapunov exponent, nats a layer",
}
RATIO = {"participation_ratio": "(Tr M)² / ‖M‖_F²"}
STEPS = {"steps_an_epoch": "gradient steps in an epoch"}
