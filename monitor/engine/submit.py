"""Hands leads in: each run once, whatever happens."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from connectors.kit.base import Submits
from connectors.kit.errors import (
    NeedsOwner,
    OutcomeUnknown,
    Paced,
    Refused,
    TryLater,
    UnexpectedAnswer,
)
from connectors.kit.message import Message, _
from connectors.kit.records import Lead, Receipt
from monitor.engine import bulk, connection, due, judge, ledger, pace, stored
from monitor.engine.chain import frozen, prepare
from monitor.engine.clock import Clock
from monitor.engine.wake import EARLY, Wake
from monitor.models import Cause, Chain, Connection, Run, Submission, Workspace
from monitor.rules.fields import write
from monitor.rules.lead import handles

log = logging.getLogger(__name__)

SLOW = 1.0
"""Seconds after which what is done is written and the rest of a message handed on."""

PATIENCE = timedelta(minutes=10)
"""For how long a run waits for access to its entry; after that it is called off."""

AGAIN = 10.0
INTERRUPTED = _(
    "Handoff was interrupted while it handed this lead in, so it may or may not have been taken."
)
ODD = _(
    "A fault in Handoff (%(fault)s) came in between, so the lead may or may not have been taken."
)
CANNOT = _("“%(connection)s” cannot be handed a lead.")
PAUSED = _("This run was called off because “%(name)s” was paused before the lead was handed in.")
DELETED = _("This run was called off because “%(name)s” was deleted.")
COLUMNS = ("submission", "problem", "receipt_id", "receipt_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the hand-in of one run ended."""

    run: Run
    submission: Submission
    problem: Message | None = None
    receipt: Receipt | None = None

    @property
    def row(self) -> tuple[object, ...]:
        """Answer the row as it is written."""
        receipt = self.receipt or Receipt()
        return (
            self.run.pk,
            self.submission.value,
            stored.message(self.problem),
            stored.storable(receipt.id)[:200],
            stored.storable(receipt.url)[:500],
        )


def submit(ids: Sequence[int], token: str, now: datetime) -> list[Wake]:
    """Hand in the runs a message names, and answer what is to be done next."""
    clock = Clock(now)
    fresh = due.take(Run.objects.all(), ids, token, now)
    runs = _held(ids, fresh)
    endings: list[Ending] = []
    onward: list[Wake] = []
    for position, run in enumerate(runs):
        if position and clock.seconds > SLOW:
            onward = _hand_on([run.pk for run in runs[position:]], fresh, clock)
            break
        ending = _ending(run, fresh, clock)
        if ending is not None:
            endings.append(ending)
    _keep(endings, fresh, clock)
    return [*onward, *judge.runs([one.run.pk for one in endings], fresh, clock.now)]


def _held(ids: Sequence[int], token: str) -> list[Run]:
    """Answer the runs held with `token`, the longest due first, with their chains and entries."""
    runs = bulk.instances(Run, ids, claim=token, without=("hops", "findings", "outlooks"))
    chains = {chain.pk: chain for chain in bulk.instances(Chain, {run.chain_id for run in runs})}
    shops = Workspace.objects.in_bulk({chain.workspace_id for chain in chains.values()})
    entries = Connection.objects.in_bulk({run.entry_id for run in runs})
    for chain in chains.values():
        chain.workspace = shops[chain.workspace_id]
    for run in runs:
        run.chain, run.entry = chains[run.chain_id], entries[run.entry_id]
    prepare(run.version_id for run in runs)
    return sorted(runs, key=lambda run: (run.due_at or run.created_at, run.pk))


def _hand_on(ids: list[int], token: str, clock: Clock) -> list[Wake]:
    """Let somebody else hand in what is left, or at once later if the hold is nearly over."""
    if clock.spent:
        due.postpone(Run, ids, token, clock.now)
        return []
    return [Wake(task="submit", batch=due.pass_on(Run, ids, token, clock.now))]


def _keep(endings: Sequence[Ending], token: str, clock: Clock) -> None:
    """Write how the hand-ins ended and what they left; the runs stay held until judged."""
    taken = (Submission.ACCEPTED, Submission.UNKNOWN)
    left = [(one.run, one.receipt) for one in endings if one.submission in taken]
    with transaction.atomic():
        bulk.update(Run, COLUMNS, [ending.row for ending in endings], claim=token)
        ledger.handed_in(left, clock.now)


def _ending(run: Run, token: str, clock: Clock) -> Ending | None:
    """Hand one run in and answer how that ended, None where it is no longer ours to hand in."""
    if run.submission == Submission.SUBMITTING:
        return Ending(run=run, submission=Submission.UNKNOWN, problem=Message(INTERRUPTED))
    off = _called_off(run)
    if off is not None:
        return Ending(run=run, submission=Submission.CANCELLED, problem=off)
    try:
        tool, lead = _ready(run)
    except (NeedsOwner, TryLater) as error:
        return _unready(run, error, token, clock)
    except Exception as fault:
        log.exception("Run %s could not be made ready.", run.pk)
        due.fail(Run, run.pk, token, type(fault).__name__, clock.now)
        return None
    _await_slot(run, clock)
    if not (_permitted(run, tool, token, clock) and _begin(run, token, clock.now)):
        return None
    return _handed_in(run, tool, lead, clock)


def _ready(run: Run) -> tuple[Submits, Lead]:
    """Answer the tool and the lead as it takes it. Nothing has been sent yet."""
    version = frozen(run.version_id)
    entry = version.plan.entry
    tool = connection.opened(run.entry, entry.resource, version.keys[entry.slug])
    if not isinstance(tool, Submits):
        raise NeedsOwner(Message(CANNOT, {"connection": run.entry.name}))
    if tool.site.ports.token:
        tool.site.ports.token()  # had before the hand-in begins, so that none is left half done
    lead = Lead(
        tag=run.tag,
        email=run.lead["email"],
        handles=handles(run.lead),
        record=write(run.lead, version.rules[entry.slug]),
    )
    return tool, lead


def _unready(run: Run, error: NeedsOwner | TryLater, token: str, clock: Clock) -> Ending | None:
    """Come back to a run that nothing was sent for; call it off where that is of no use."""
    if isinstance(error, NeedsOwner):
        connection.stop(run.entry, error.message, clock.now)
    elif isinstance(error, Paced) or clock.now - run.created_at < PATIENCE:
        after = AGAIN if error.after is None else error.after
        due.postpone(Run, [run.pk], token, clock.now + timedelta(seconds=after))
        return None
    return Ending(run=run, submission=Submission.CANCELLED, problem=error.message)


def _await_slot(run: Run, clock: Clock) -> None:
    """Wait for the slot one was woken a little early for."""
    if run.slot is not None:
        left = (run.slot - clock.now).total_seconds()
        if 0 < left <= 2 * EARLY:
            time.sleep(left)


def _permitted(run: Run, tool: Submits, token: str, clock: Clock) -> bool:
    """Have the permits for the whole hand-in, so that none is left half sent; else come back."""
    try:
        pace.before_hand_in(tool)
    except Paced as error:
        due.postpone(Run, [run.pk], token, clock.now + timedelta(seconds=error.after or 0.0))
        return False
    return True


def _begin(run: Run, token: str, now: datetime) -> bool:
    """Write, before the call, that the run is being handed in: from here it never is again."""
    run.submitted_at = now
    return bulk.change(
        Run,
        run.pk,
        {"submission": Submission.SUBMITTING.value, "submitted_at": now},
        where={"claim": token, "submission": Submission.INTENDED.value},
    )


def _handed_in(run: Run, tool: Submits, lead: Lead, clock: Clock) -> Ending:
    try:
        receipt = tool.submit(lead)
    except (Refused, TryLater) as error:
        # Nothing was taken. To try this run again could double it, so another run is made.
        return Ending(run=run, submission=Submission.REFUSED, problem=error.message)
    except NeedsOwner as error:
        shut = connection.doubt(run.entry, clock.now)
        submission = Submission.CANCELLED if shut else Submission.REFUSED
        return Ending(run=run, submission=submission, problem=error.message)
    except (OutcomeUnknown, UnexpectedAnswer) as error:
        return Ending(run=run, submission=Submission.UNKNOWN, problem=error.message)
    except Exception as fault:  # the call may have been made
        log.exception("The hand-in of run %s broke.", run.pk)
        problem = Message(ODD, {"fault": type(fault).__name__})
        return Ending(run=run, submission=Submission.UNKNOWN, problem=problem)
    return Ending(run=run, submission=Submission.ACCEPTED, receipt=receipt)


def _called_off(run: Run) -> Message | None:
    """Answer why the run is not to be handed in any more, None where it is."""
    chain, entry = run.chain, run.entry
    if chain.deleted_at:
        return Message(DELETED, {"name": chain.title})
    if chain.workspace.paused_at:
        return Message(PAUSED, {"name": chain.workspace.name})
    if chain.paused_at and run.cause in (Cause.SCHEDULED, Cause.CONFIRMATION):
        return Message(PAUSED, {"name": chain.title})
    return connection.closed(entry)
