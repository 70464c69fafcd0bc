"""`python -m tbblearn.cli` is the same as `tbblearn`."""

from tbblearn.cli import main

if __name__ == "__main__":
    main(prog_name="tbblearn")
