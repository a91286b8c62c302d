"""`manage.py export`: the workspace as a file, without any secret."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from monitor.actions.file.export import export
from monitor.management.terminal import sentences, workspace


class Command(BaseCommand):
    """Prints the file that, applied, would make this workspace."""

    help = "Print the workspace as a file for `apply`. Secrets appear as environment variables."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the workspace, if there are several."""
        parser.add_argument("--workspace", default="", metavar="SLUG", help="if there are several")

    def handle(self, *_args: object, **options: Any) -> None:
        """Print it."""
        with sentences():
            place = workspace(options["workspace"], timezone.now())
            self.stdout.write(export(place), ending="")
