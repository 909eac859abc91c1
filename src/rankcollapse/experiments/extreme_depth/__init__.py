"""Figure 2: rank of random networks of tens of thousands of layers."""
