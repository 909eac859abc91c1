"""Tests run with one thread, as cells do by default: results are then the same in any ensemble."""

import torch

torch.set_num_threads(1)
