"""Reproducible artifact of "Batch Normalization Provably Avoids Rank Collapse" (NeurIPS 2020).

The names below can be imported from here; docs/library.md has an example of each. Names are loaded when first used.
They are looked up, not imported, so that editing one module does not rerun every job.
"""

from importlib import import_module
from typing import Any

_MODULES = {
    "numerical_rank": "theory.spectra",
    "soft_rank": "theory.spectra",
    "participation_ratio": "theory.spectra",
    "stable_rank": "theory.spectra",
    "measures": "theory.spectra",
    "propagate": "theory.propagation",
    "lyapunov_spectrum": "theory.lyapunov",
    "gaussian_lyapunov_exponents": "theory.closed_forms",
    "second_moment_drift": "theory.closed_forms",
    "rank_bound": "theory.closed_forms",
    "RankProbe": "probe.rank_probe",
    "raise_rank": "probe.cures",
}

__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
