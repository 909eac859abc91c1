"""States that were captured by a hook of the tests' own, and their measures by another way than the probe's."""

import contextlib

import torch

from rankcollapse.theory import spectra


@contextlib.contextmanager
def captured(model):
    """Copies of every floating output of each module, in the order in which calls end."""
    found = []

    def walk(path, value):
        if torch.is_tensor(value):
            if value.is_floating_point():
                found.append((path, value.detach().clone()))
        elif isinstance(value, dict):
            [walk(path, part) for part in value.values()]
        elif isinstance(value, tuple | list):
            [walk(path, part) for part in value]

    handles = [
        module.register_forward_hook(lambda module, args, output, path=path: walk(path, output))
        for path, module in model.named_modules()
    ]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def ranks(H, tau=0.1):
    """The measures of rank of `H`, `(d, N)`, by `spectra`, in double precision."""
    found = spectra.measures(H.double(), [tau])
    return {
        "participation_ratio": found["participation_ratio", None].item(),
        "centred_participation_ratio": spectra.participation_ratio(
            H.double() - H.double().mean(1, keepdim=True)
        ).item(),
        "soft_rank": found["soft_rank", tau].item(),
        "stable_rank": found["stable_rank", None].item(),
    }


def numerical_rank_between(H, slack=8):
    """The least and the most that the numerical rank of `H` can be if singular values are a few roundings off."""
    sigma = torch.linalg.svdvals(H.double())
    eps = torch.finfo(H.dtype).eps
    tolerance, error = max(H.shape) * eps, slack * eps
    if max(H.shape) <= slack:  # a small matrix: rounding of its entries is as large as the tolerance
        error = tolerance
    return tuple(int((sigma > sigma[0] * bound).sum()) for bound in (tolerance + error, max(tolerance - error, 0)))


def cosines(H):
    """Mean cosine and mean absolute cosine of two columns, pair by pair."""
    columns = [column for column in H.double().T if column.any()]
    pairs = [
        torch.nn.functional.cosine_similarity(one, other, dim=0).item()
        for number, one in enumerate(columns)
        for other in columns[:number]
    ]
    return (sum(pairs) / len(pairs), sum(map(abs, pairs)) / len(pairs)) if pairs else (float("nan"), float("nan"))
