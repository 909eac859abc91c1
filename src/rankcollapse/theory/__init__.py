"""Pure functions on tensors: rank measures, normalization, random networks, Lyapunov spectra, closed forms."""
