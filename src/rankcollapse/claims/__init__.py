"""What a claim says, how it is judged, and the document of verdicts."""
