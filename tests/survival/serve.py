"""`manage.py serve` as it is, with processes that can be told to kill themselves.

    python -m tests.survival.serve --port 0

Patience that is seconds or minutes in earnest is shortened here, so that a test takes seconds.
"""

import importlib
import os
import sys
from datetime import timedelta
from typing import Any

import django


def shorten(at: str, value: Any) -> None:
    """Put another value in the place of a constant that must exist already."""
    module, _, name = at.partition(":")
    holder = importlib.import_module(module)
    if not hasattr(holder, name):
        raise LookupError(f"There is no {at} to be shortened any more.")
    setattr(holder, name, value)


def shorten_patience() -> None:
    """Shorten what is no setting."""
    shorten("monitor.management.supervisor:LONGEST_PAUSE", 0.1)
    shorten("monitor.pages.health:LEAST", timedelta(seconds=1))
    shorten("monitor.engine.heartbeat:EVERY", timedelta(seconds=0.3))


def main() -> None:
    """Set up, arm, and serve."""
    django.setup()
    from django.core.management import call_command

    from tests.survival import crashing

    shorten_patience()
    if os.environ.get(crashing.FOLDER):
        crashing.install()
    call_command("serve", *sys.argv[1:])


if __name__ == "__main__":
    main()
