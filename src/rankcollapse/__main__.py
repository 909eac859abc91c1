"""`python -m rankcollapse` is the command line, also where the package is not installed."""

from rankcollapse.cli import main

main()
