"""`python -m maracuja` is the command `maracuja`."""

from maracuja.cli import main

if __name__ == "__main__":
    main()
