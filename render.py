"""The command line: `python render.py --help`."""

from cnnreel.cli import run

if __name__ == "__main__":
    run()
