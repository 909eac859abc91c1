"""Data sets: a catalogue with hashes, a way to fetch them into a cache, and a reader that verifies first."""
