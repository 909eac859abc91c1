"""The laws of those who followed: eight predictions on rank, cosine and gradients in random networks and attention."""
