"""`manage.py serve`: web, worker and beat in one command, each started again if it dies."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from monitor.management import stack
from monitor.management.processes import CannotStart, locked
from monitor.management.supervisor import Supervisor


class Command(BaseCommand):
    """Runs an installation until Ctrl-C."""

    help = "Run Handoff: web, worker and beat, and a broker where REDIS_URL names none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--port", type=int, help="8000, or any free one, where none is given")

    def handle(self, *_: object, **options: Any) -> None:
        try:
            with locked(settings.VAR):
                self.run(options["host"], options["port"])
        except CannotStart as wrong:
            raise CommandError(str(wrong)) from None

    def run(self, host: str, port: int | None) -> None:
        supervisor = Supervisor()
        with supervisor.listening(), stack.listen(host, port) as listener:
            stack.publish(host, listener.getsockname()[1])
            stack.open_broker(supervisor)
            stack.open_database()
            link = stack.way_in()
            stack.open_parts(supervisor, listener)
            self.stdout.write(f"Handoff is running on {settings.PUBLIC_URL}. Ctrl-C stops it.")
            self.stdout.write(f"Sign in with this link; it works once, for 15 minutes: {link}")
            self.stdout.flush()
            supervisor.watch()
            self.stdout.write(f"Stopping ({supervisor.stopped_by}) …")
