"""Descriptions of the columns that several frames have; light, since cells name them."""

SEARCHED = {
    "phase": "search (choosing the step size) or final (with the chosen one)",
    "step_size": "step size of the optimizer",
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
