"""`manage.py run CHAIN --wait`: send one test lead and answer with an exit code, for scripts."""

import json
import time
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from monitor.actions.chain import run_now
from monitor.actions.declined import Declined
from monitor.actions.file.mistake import nearest
from monitor.engine.chain import frozen
from monitor.management.terminal import USAGE, sentences, workspace
from monitor.models import Cause, Chain, Run, Submission, Workspace
from monitor.pages.rail import Line, Stop
from monitor.pages.run import RunPage, run_page
from monitor.rules.lead import Persona
from monitor.rules.verdict import Verdict

CODES = {Verdict.PASSED.value: 0, Verdict.FAILED.value: 1, Verdict.INCONCLUSIVE.value: 3}
UNDECIDED = 3
INTERRUPTED = 130
PAUSE = 0.25
ROOM = 120.0
"""Seconds beside deadlines, lags and lingers: for the hand-in and for slow tools."""


class Command(BaseCommand):
    """Sends one test lead along a chain; with --wait, says what became of it."""

    help = (
        "Send one test lead along a chain. With --wait the exit code tells what became of it: "
        "0 delivered, 1 a handoff is broken, 3 not known, 2 the command cannot be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the chain, and whether to wait."""
        parser.add_argument("chain", metavar="CHAIN", help="its short name")
        parser.add_argument("--wait", action="store_true", help="until the verdict is known")
        parser.add_argument("--json", action="store_true", help="answer with the run as JSON")
        parser.add_argument(
            "--timeout", type=float, default=None, metavar="SECONDS", help="wait no longer than so"
        )
        parser.add_argument(
            "--persona",
            default=None,
            choices=[one.value for one in Persona],
            help="who the lead is",
        )
        parser.add_argument("--workspace", default="", metavar="SLUG", help="if there are several")

    def handle(self, *_args: object, **options: Any) -> None:
        """Send the lead, wait, and tell."""
        now = timezone.now()
        with sentences():
            place = workspace(options["workspace"], now)
            chain = _chain(place, options["chain"])
            try:
                run = run_now(chain, now=now, cause=Cause.CI, persona=options["persona"])
            except Declined as declined:
                raise CommandError(declined.message.render(), returncode=USAGE) from None
            if options["wait"]:
                limit = options["timeout"]
                _wait(run, _longest(run) if limit is None else limit)
            page = run_page(place, run.pk, timezone.now())
        if page is None:
            raise CommandError("The run was deleted meanwhile.", returncode=UNDECIDED)
        if options["json"]:
            self.stdout.write(json.dumps(page.document(), indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_table(page)))
        if options["wait"] and (code := CODES.get(page.verdict, UNDECIDED)):
            raise CommandError(_why(page, run), returncode=code)


def _chain(place: Workspace, slug: str) -> Chain:
    there = Chain.objects.filter(workspace=place, deleted_at=None).select_related("workspace")
    for chain in there:
        if chain.slug == slug:
            return chain
    known = [chain.slug for chain in there]
    raise CommandError(nearest(slug, known).render(), returncode=USAGE)


def _longest(run: Run) -> float:
    """Answer how many seconds the run may take at most."""
    hops = frozen(run.version_id).plan.hops
    return sum(hop.deadline + hop.lag for hop in hops) + max(hop.linger for hop in hops) + ROOM


def _wait(run: Run, seconds: float) -> None:
    """Wait until there is a verdict, or the time is up."""
    until = time.monotonic() + seconds
    while not run.verdict and run.submission != Submission.CANCELLED:
        left = until - time.monotonic()
        if left <= 0:
            return
        try:
            time.sleep(min(PAUSE, left))
        except KeyboardInterrupt:
            text = "Not waiting any longer; the run goes on."
            raise CommandError(text, returncode=INTERRUPTED) from None
        run.refresh_from_db(fields=("verdict", "submission"))


def _why(page: RunPage, run: Run) -> str:
    """Answer the last line: why this is no success."""
    if page.verdict:
        return page.sentence.render()
    if run.submission == Submission.CANCELLED:
        return "The run was cancelled before its lead was handed in."
    if run.submission == Submission.INTENDED:
        return "The lead was not handed in: is `manage.py serve` running? `manage.py doctor` tells."
    return "There is no verdict yet; the run goes on, and its page tells how it ends."


def _table(page: RunPage) -> list[str]:
    """Answer the run in words: what was found, then each hop."""
    lines = [f"Run {page.id} of “{page.chain_title}”: {page.sign.word.render()}"]
    lines += [f"  {page.sentence.render()}", *(f"  {one.render()}" for one in page.findings)]
    stops = list(_stops(page.rail.line))
    width = max((len(stop.title) for stop in stops), default=0)
    for stop in stops:
        gist = f" ({stop.gist.render()})" if stop.gist else ""
        took = f", {stop.took:.1f} s" if stop.took is not None else ""
        lines.append(f"  {stop.title:<{width}}  {stop.sign.word.render()}{gist}{took}")
    return lines


def _stops(line: Line) -> Iterator[Stop]:
    yield from line.stops
    for branch in line.branches:
        yield from _stops(branch)
