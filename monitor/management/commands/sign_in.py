"""`manage.py sign_in`: a link that lets one person in once."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from monitor.actions.sign_in import LIFE, issue_link
from monitor.actions.workspace import OWNER
from monitor.management.terminal import USAGE, sentences, workspace


class Command(BaseCommand):
    """Prints the link; it is shown here and nowhere else."""

    help = "Print a one-time link that signs a person in. It works once, for a quarter of an hour."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the person, if it is not the owner."""
        parser.add_argument("--user", default="", metavar="NAME", help="the owner if left out")

    def handle(self, *_args: object, **options: Any) -> None:
        """Print the link."""
        now = timezone.now()
        with sentences():
            name = options["user"]
            if not name:
                workspace("", now)
                name = OWNER
            user = get_user_model().objects.filter(username=name, is_active=True).first()
            if user is None:
                raise CommandError(f"There is nobody called “{name}”.", returncode=USAGE)
            token = issue_link(user, now)
        self.stdout.write(f"{settings.PUBLIC_URL}{reverse('enter', args=(token,))}")
        minutes = int(LIFE.total_seconds() // 60)
        self.stderr.write(f"It lets {name} in once, within {minutes} minutes.")
