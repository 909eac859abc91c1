"""The data set of the tests."""

DATA = "fashion-mnist-mini"
