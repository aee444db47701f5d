"""`python -m kubelint`."""

from kubelint.commands import main

main()
