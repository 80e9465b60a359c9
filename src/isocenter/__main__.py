"""`python -m isocenter`: the same as the `isocenter` command."""

from isocenter.cli.main import run

if __name__ == "__main__":
    run()
