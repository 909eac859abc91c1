"""What readers see: the style of figures, numbers of the paper, tables, LaTeX."""
