#!/usr/bin/env python
"""The command line: `manage.py help` lists what it can do."""

import os
import sys


def main() -> None:
    """Run one management command; a wrong setting is one sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "monitor.settings")
    if sys.argv[1:2] == ["demo"]:
        from monitor.management.demo.opening import open_sandbox

        open_sandbox(sys.argv)
    if sys.argv[1:] == ["doctor", "--new-key"]:
        # Asked for before there are settings, which do not begin without a key.
        from cryptography.fernet import Fernet

        sys.stdout.write(f"{Fernet.generate_key().decode()}\n")
        return
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong:
        sys.exit(f"Handoff cannot start. {wrong}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
