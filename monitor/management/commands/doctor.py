"""`manage.py doctor`: is this installation sound? One sentence a part, exit status 1 if not."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand
from django.utils import timezone

from monitor.management.examination import PARTS, Report, examine


class Command(BaseCommand):
    """Looks at every part an installation needs, and says what to do about the broken ones."""

    help = "Say whether this installation is sound, part by part."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="answer as JSON, for scripts")
        parser.add_argument("--only", choices=PARTS, help="look at one part, for health checks")
        parser.add_argument("--new-key", action="store_true", help="print a key for SECRETS_KEYS")

    def handle(self, *_: object, **options: Any) -> None:
        if options["new_key"]:
            self.stdout.write(Fernet.generate_key().decode())
            return
        reports = list(examine(timezone.now(), options["only"]))
        if options["json"]:
            self.stdout.write(json.dumps([report.document() for report in reports], indent=2))
        else:
            for report in reports:
                self.stdout.write(_line(report))
        if not all(report.sound for report in reports):
            sys.exit(1)


def _line(report: Report) -> str:
    return f"{'ok   ' if report.sound else 'WRONG'}  {report.part:11} {report.sentence}"
