"""Estimates with their intervals: one run an observation, one table in and one table out."""
