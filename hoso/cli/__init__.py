"""The command line `hoso`: one file for each group of commands; `main` is the entry point."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from hoso.cli.app import run

    sys.exit(run(sys.argv[1:]))
