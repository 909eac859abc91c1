"""The sharp rank: directions that survive infinite depth in linear BN networks."""
