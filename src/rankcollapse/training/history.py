"""The columns of the history of a training; light, since the cells of frames name them."""

HISTORY = {
    "step": "gradient steps done",
    "loss": "mean cross entropy of the batches since the last row, or, of a step size that was dropped, of those that "
    "decided; missing at step 0 and if diverged",
    "accuracy": "accuracy on the batches since the last row, each before its step; missing at step 0",
    "participation_ratio": "(Tr M)² / ‖M‖_F² of the last hidden state on the probe batch; missing if not finite",
    "soft_rank": "eigenvalues of M that are at least tau, M scaled to Tr M = d; missing if not finite",
    "gradient_norm": "norm of the gradient of the probe batch's loss in all parameters; missing if not finite",
    "diverged": "whether the loss of a batch, or the probe's, was not finite",
}
