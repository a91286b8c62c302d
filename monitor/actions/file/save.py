"""Writes what a file wants, in one transaction: all of it or nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from connectors.kit.errors import ToolError
from monitor.actions.chain import begun
from monitor.actions.file.draft import HOP_COLUMNS, PRUNED, Draft, Drafts
from monitor.actions.workspace import tell_owner
from monitor.engine import chain as engine
from monitor.engine import connection as proving
from monitor.engine import incident, stored, token
from monitor.models import Chain, Channel, Connection, ConnectionState, Hop, Workspace
from monitor.rules.plan import Plan, superseded

PROOF = ("state", "proved_at", "account_id", "account_label", "account_notes")


def save(wanted: Drafts, now: datetime) -> None:
    """Write everything; then let connections that waited for their owner go on."""
    with transaction.atomic():
        zone_changed = _zone(wanted.workspace.was) != _zone(wanted.workspace.row)
        _write(wanted.workspace)
        if wanted.owner:
            tell_owner(wanted.workspace.row, wanted.owner)
        waiting = [one for draft in wanted.connections if (one := _connection(draft, wanted, now))]
        for chain in wanted.chains:
            _chain(chain, wanted, now)
        for channel in wanted.channels:
            _common(channel, wanted, now)
        for row in wanted.pruned:
            _prune(row, now)
        _freeze(wanted, now)
        if zone_changed:
            _reschedule(wanted, now)
    for connection in waiting:
        try:
            proving.prove(connection, now)
        except ToolError:
            # It passed a moment ago; the engine asks again by itself.
            continue


def _zone(workspace: Workspace | None) -> str:
    return workspace.timezone if workspace is not None else ""


def _write(draft: Draft[Any], *more: str) -> None:
    """Write the draft's columns to the row there is, or make the row."""
    if draft.was is None:
        draft.row.save(force_insert=True)
        return
    names = (*draft.columns, *more)
    for name in names:
        setattr(draft.was, name, getattr(draft.row, name))
    draft.was.save(update_fields=names)
    draft.row = draft.was


def _common(draft: Draft[Any], wanted: Drafts, now: datetime) -> None:
    """Write a thing, where it came from, and whether it is paused."""
    paused_at = draft.was.paused_at if draft.was is not None else None
    if draft.pauses:
        paused_at = now
    elif draft.resumes:
        paused_at = None
    draft.row.paused_at = paused_at
    draft.row.applied_from = wanted.file[:200]
    _write(draft, "paused_at", "applied_from")


def _connection(draft: Draft[Connection], wanted: Drafts, now: datetime) -> Connection | None:
    """Write a connection; answer it where its owner was waited for and it passed."""
    proof = {name: getattr(draft.row, name) for name in PROOF}
    is_proved = draft.row.state == ConnectionState.PROVED
    is_waiting = draft.was is not None and draft.was.state == ConnectionState.NEEDS_OWNER
    is_untried = not is_proved and (draft.was is None or draft.touches_proof)
    _common(draft, wanted, now)
    columns: dict[str, Any] = {"deleted_at": None}
    if is_proved and not is_waiting:
        columns |= proof
    if is_untried:
        # Saved unproved: the engine tries the credentials next.
        columns |= {"due_at": now, "claim": ""}
        columns |= {} if is_waiting else {"state": ConnectionState.UNPROVED}
    if draft.row.state != ConnectionState.NEEDS_OWNER and not token.is_connected(draft.row):
        columns |= _unconnected(draft.row, now)
    Connection.objects.filter(pk=draft.row.pk).update(**columns)
    draft.row.refresh_from_db()
    return draft.row if is_proved and is_waiting else None


def _unconnected(connection: Connection, now: datetime) -> dict[str, Any]:
    """Answer the columns of a connection that waits to be connected; nobody need be alarmed."""
    return {
        "state": ConnectionState.NEEDS_OWNER,
        "problem": stored.message(token.about(connection, token.NOT_CONNECTED)),
        "problem_since": now,
        "due_at": None,
        "claim": "",
    }


def _chain(draft: Draft[Chain], wanted: Drafts, now: datetime) -> None:
    """Write a chain with its hops; its slots begin anew where it is new, resumed or rescheduled."""
    was = draft.was
    fresh = was is None or was.deleted_at is not None or draft.resumes
    fresh = fresh or (was is not None and was.schedule != draft.row.schedule)
    _common(draft, wanted, now)
    chain = draft.row
    _hops(chain, draft.hops)
    columns: dict[str, Any] = {"deleted_at": None}
    if chain.paused_at or wanted.workspace.row.paused_at:
        columns |= {"due_at": None, "claim": ""}
    elif fresh:
        chain.workspace = wanted.workspace.row
        columns |= begun(chain, now)
    Chain.objects.filter(pk=chain.pk).update(**columns)
    chain.refresh_from_db()


def _hops(chain: Chain, wanted: Sequence[Hop]) -> None:
    """Draw the hops as wanted; those that stay keep their rows."""
    slugs = [hop.slug for hop in wanted]
    chain.hops.exclude(slug__in=slugs).delete()
    there = {hop.slug: hop for hop in chain.hops.all()}
    places = dict(Connection.objects.filter(workspace=chain.workspace).values_list("slug", "pk"))
    for hop in wanted:
        columns = {name: getattr(hop, name) for name in HOP_COLUMNS if name != "connection"}
        columns["connection_id"] = places[hop.connection.slug]
        if hop.slug in there:
            Hop.objects.filter(pk=there[hop.slug].pk).update(**columns)
        else:
            Hop.objects.create(chain=chain, slug=hop.slug, **columns)


def _freeze(wanted: Drafts, now: datetime) -> None:
    """Freeze every chain as it is drawn now; incidents of handoffs that went are closed."""
    every = Chain.objects.filter(
        workspace=wanted.workspace.row, deleted_at=None, hops__isnull=False
    )
    for chain in every.distinct().select_related("version", "workspace"):
        old = chain.version
        new = engine.freeze(chain, now)
        if old is None or old.pk == new.pk:
            continue
        gone = superseded(Plan.parse(old.document), Plan.parse(new.document))
        if gone:
            incident.supersede(chain, gone, now)


def _reschedule(wanted: Drafts, now: datetime) -> None:
    """Count all slots anew: they are at other instants in the new time zone."""
    workspace = wanted.workspace.row
    if workspace.paused_at:
        return
    for chain in Chain.objects.filter(workspace=workspace, paused_at=None, deleted_at=None):
        chain.workspace = workspace
        Chain.objects.filter(pk=chain.pk).update(**begun(chain, now))


def _prune(row: Connection | Chain | Channel, now: datetime) -> None:
    """Pause what an earlier file made and this one lacks."""
    row.paused_at = now
    row.applied_from = PRUNED
    names = ["paused_at", "applied_from"]
    if isinstance(row, Chain):
        row.due_at, row.claim = None, ""
        names += ["due_at", "claim"]
    row.save(update_fields=names)
