"""A hand inside an installation: does what a test asks for, one JSON line after another.

The product's settings are read once a process, and pytest has those of the tests; so this runs
beside both.
"""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django

Json = dict[str, Any]


def draw(told: Json, **timing: Any) -> None:
    """Draw a chain that the sandbox tells of, with deadlines of seconds."""
    from monitor.models import Workspace
    from tests.stories import drawing

    given = {"deadline": 2.0, "linger": 0.4, "keep_failed": 0.2, "personas": ["plain"]}
    workspace = Workspace.objects.get()
    drawing.draw(workspace, told, now=datetime.now(UTC), **{**given, **timing})


def channels(mail: str, slack: str) -> None:
    """Make an email channel and a Slack one."""
    from monitor.models import Channel, Workspace

    workspace = Workspace.objects.get()
    for slug, kind, address in (
        ("mail", "email", {"to": mail}),
        ("slack", "slack", {"webhook": slack}),
    ):
        Channel.objects.create(
            workspace=workspace, slug=slug, title=slug.title(), kind=kind, address=address
        )


def request(chain: str) -> int:
    """Ask for a run."""
    from monitor.engine import run
    from monitor.models import Cause, Chain

    found = Chain.objects.get(slug=chain)
    return run.request(found, cause=Cause.MANUAL, now=datetime.now(UTC)).pk


def schedule(chain: str, seconds: int) -> str:
    """Let a chain run every so many seconds from its next slot, which is answered; 0: never."""
    from monitor.engine import slot
    from monitor.models import Chain

    rows = Chain.objects.filter(slug=chain)
    if not seconds:
        rows.update(schedule="", due_at=None, claim="")
        return ""
    found = rows.select_related("workspace").get()
    found.schedule = f"every {seconds}s"
    first = slot.next_due(found, datetime.now(UTC) + timedelta(seconds=0.5))
    assert first is not None
    last = first - timedelta(seconds=seconds)
    rows.update(schedule=found.schedule, due_at=first, last_slot=last)
    return first.isoformat()


def facts(chain: str) -> Json:
    """Answer what the product's rows say of a chain."""
    from monitor.models import Alert, Confirmation, Incident, Residue, Run

    alerts = Alert.objects.filter(incident__chain__slug=chain)
    return {
        "runs": list(
            Run.objects.filter(chain__slug=chain)
            .order_by("pk")
            .values(
                "id", "tag", "cause", "submission", "verdict", "findings", "due_at", "slot",
                "lead__email", "settled_at", "attempts", "stuck_at", "stuck_why",
            )
        ),
        "incidents": list(
            Incident.objects.filter(chain__slug=chain).values("subject", "kinds", "resolved_at")
        ),
        "doubts": Confirmation.objects.filter(chain__slug=chain, decided_at=None).count(),
        "alerts": list(
            alerts.order_by("pk").values("id", "channel__slug", "key", "event", "sent_at")
        ),
        "residue": list(
            Residue.objects.filter(run__chain__slug=chain).values(
                "connection__slug", "external_id", "state", "run__tag"
            )
        ),
    }  # fmt: skip


def doctor(part: str) -> Json:
    """Answer what the doctor says of a part."""
    from monitor.management.examination import examine

    (report,) = examine(datetime.now(UTC), part)
    return report.document()


VERBS: dict[str, Callable[..., Any]] = {
    verb.__name__: verb for verb in (draw, channels, request, schedule, facts, doctor)
}


def main() -> None:
    """Do what each line asks for, and answer it by a line."""
    django.setup()
    from django.db import close_old_connections

    from tests.survival.serve import shorten_patience

    shorten_patience()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            said = {"answer": VERBS[asked["verb"]](*asked["given"], **asked["named"])}
        except Exception as fault:  # noqa: BLE001 - told to the test, which fails with it
            said = {"fault": f"{type(fault).__name__}: {fault}"}
        sys.stdout.write(json.dumps(said, default=str) + "\n")
        sys.stdout.flush()
        close_old_connections()  # as a request does: the database may be restarted meanwhile


if __name__ == "__main__":
    main()
