"""Figure 3a: rank in stationarity against width."""
