"""`manage.py demo`: a pretend business and Handoff watching it, until Ctrl-C."""

import json
import time
import webbrowser
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monitor.actions.chain import run_now
from monitor.actions.declined import Declined
from monitor.actions.file.apply import apply
from monitor.actions.file.mistake import Unusable
from monitor.actions.sign_in import issue_link
from monitor.actions.workspace import first_start, pause_all
from monitor.management import stack
from monitor.management.demo.business import business
from monitor.management.demo.verdicts import Verdict, table, verdicts
from monitor.management.processes import CannotStart
from monitor.management.supervisor import Part, Supervisor
from monitor.models import Member, Residue, ResidueState, Role, Workspace

VERDICT_SECONDS = 90.0
REMOVAL_SECONDS = 60.0
FILE = "business.yaml"
LOG = "handoff.log"


class Command(BaseCommand):
    """Runs the sandbox and the product beside each other."""

    help = "Start a pretend business with one broken chain, and Handoff watching it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help="8000, or any free one, where none is given")
        parser.add_argument("--open", action="store_true", help="open the link in the browser")
        parser.add_argument(
            "--once", action="store_true", help="print the verdicts of one round and stop"
        )

    def handle(self, *_: object, **options: Any) -> None:
        if not settings.HANDOFF_DEMO:
            raise CommandError("Start the demo from a terminal: python manage.py demo")
        try:
            if options["once"]:
                self.once()
            else:
                self.run(options["port"], browser=options["open"])
        except (CannotStart, Unusable, Declined) as wrong:
            raise CommandError(str(wrong)) from None

    def run(self, port: int | None, *, browser: bool) -> None:
        supervisor = Supervisor(grace=4.0)
        with supervisor.listening(), stack.listen("127.0.0.1", port) as listener:
            stack.publish("127.0.0.1", listener.getsockname()[1])
            workspace = self.prepare(supervisor)
            stack.open_parts(supervisor, listener, settings.VAR / LOG)
            link = stack.address(issue_link(_visitor(workspace), timezone.now()))
            self.say("Two chains run every 15 seconds; one is broken on purpose. Ctrl-C stops it.")
            self.say(f"Open {link}")
            if browser:
                webbrowser.open(link)
            supervisor.watch()
        self.say("Stopped; nothing is left running.")
        if supervisor.stopped_by.startswith("the end"):
            raise CommandError(f"The demo stopped because of {supervisor.stopped_by}.")

    def once(self) -> None:
        supervisor = Supervisor(grace=4.0)
        with supervisor.listening():
            workspace = self.prepare(supervisor)
            stack.open_parts(supervisor, None, settings.VAR / LOG)
            found = _awaited(supervisor)
            left = _removed(supervisor, workspace) if len(found) == 2 else 0
        if not found:
            raise CommandError("There was no verdict in time.")
        self.say(table(found))
        if left:
            raise CommandError(f"{left} test records are still lying in the tools.")
        if len(found) < 2 or not all(one.announced for one in found):
            raise CommandError("That is not what was announced.")

    def prepare(self, supervisor: Supervisor) -> Workspace:
        """Bring up the broker, the tables, the drawn business and the first two runs."""
        bar = settings.HANDOFF_DEMO
        sandbox = Part(name="sandbox", start=lambda: int(bar["pid"]), vital=True, ends_last=True)
        supervisor.start([sandbox])
        stack.open_broker(supervisor)
        stack.open_database()
        now = timezone.now()
        workspace = first_start("The demo's business", now)
        text, variables = business(json.loads(Path(bar["state"]).read_text()))
        file = settings.VAR / FILE
        file.write_text(text)
        apply(text, str(file), workspace, variables, now)
        for chain in workspace.chain_set.order_by("slug"):
            run_now(chain, now=now)  # nobody waits for the first slot
        return workspace

    def say(self, sentence: str) -> None:
        """Write a line that whoever reads our output sees at once."""
        self.stdout.write(sentence)
        self.stdout.flush()


def _visitor(workspace: Workspace) -> Any:
    visitor, made = get_user_model().objects.get_or_create(username="visitor")
    if made:
        visitor.set_unusable_password()
        visitor.save(update_fields=("password",))
    Member.objects.get_or_create(workspace=workspace, user=visitor, defaults={"role": Role.VISITOR})
    return visitor


def _awaited(supervisor: Supervisor) -> list[Verdict]:
    """Answer the verdicts once both chains have one, or what there is when time is up."""
    until = time.monotonic() + VERDICT_SECONDS
    found: list[Verdict] = []
    while len(found) < 2 and time.monotonic() < until and not supervisor.watch(0.2):
        found = list(verdicts())
    return found


def _removed(supervisor: Supervisor, workspace: Workspace) -> int:
    """Start nothing new, and answer how many records are left when all should be gone."""
    pause_all(workspace, timezone.now())
    lying = Residue.objects.filter(state__in=(ResidueState.LYING, ResidueState.REMOVED))
    until = time.monotonic() + REMOVAL_SECONDS
    while lying.exists() and time.monotonic() < until and not supervisor.watch(0.5):
        pass
    return lying.count()
