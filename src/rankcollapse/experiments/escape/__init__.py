"""Figure 3b: escape from a state of rank one."""
