"""`python -m dashboard.cli`, where the command `huiyin` is not on the path."""

from dashboard.cli import main

main()
