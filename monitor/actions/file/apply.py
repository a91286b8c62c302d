"""Applies a file: read, check, prove, compare, and then write all of it or nothing."""

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.kit.message import Message, _
from monitor.actions.file import chains, channels, connections
from monitor.actions.file.context import Context
from monitor.actions.file.draft import PRUNED, Draft, Drafts
from monitor.actions.file.entries import entries
from monitor.actions.file.mistake import Mistakes
from monitor.actions.file.prove import prove
from monitor.actions.file.save import save
from monitor.actions.file.shape import File
from monitor.actions.file.source import read
from monitor.actions.workspace import owner_email
from monitor.engine import token
from monitor.models import Chain, Channel, Connection, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What applying the file changes about one thing. `verb` is create, change or pause."""

    verb: str
    thing: str
    slug: str
    details: tuple[Message, ...] = ()


def drafts(
    text: str,
    file: str,
    workspace: Workspace,
    environment: Mapping[str, str],
    now: datetime,
    *,
    prune: bool = False,
) -> Drafts:
    """Answer what the file wants. Raises Unusable with everything that is wrong with it.

    Nothing is written and nobody is asked over the network.
    """
    mistakes = Mistakes(file=file)
    source = read(text, mistakes)
    if source is None:
        mistakes.raise_any()
        raise AssertionError("a file that cannot be read has a mistake")
    wanted = entries(source.texts, mistakes)
    as_wanted = _workspace(wanted, workspace, mistakes)
    context = Context(
        workspace=as_wanted.row, source=source, mistakes=mistakes, environment=environment
    )
    drawn = tuple(
        one
        for slug, entry in wanted.connections.items()
        if (one := connections.draft(slug, entry, context)) is not None
    )
    there = {
        one.slug: one for one in Connection.objects.filter(workspace=workspace, deleted_at=None)
    }
    named = {**there, **{one.row.slug: one.row for one in drawn}}
    for slug in wanted.connections.keys() - {one.row.slug for one in drawn}:
        named.pop(slug, None)
    answer = Drafts(
        file=file,
        workspace=as_wanted,
        connections=drawn,
        chains=tuple(
            chains.draft(slug, entry, named, context, now) for slug, entry in wanted.chains.items()
        ),
        channels=tuple(
            channels.draft(slug, entry, context) for slug, entry in wanted.channels.items()
        ),
        pruned=_pruned(wanted, workspace) if prune else (),
        owner=_owner(wanted, mistakes),
    )
    mistakes.raise_any()
    for thing in answer.things:
        thing.compare()
    if answer.owner and answer.owner != (told := owner_email(workspace)):
        values = {"old": told or "–", "new": answer.owner}
        as_wanted.changes.append(Message(_("owner: %(old)s → %(new)s"), values))
    return answer


def changes(wanted: Drafts) -> tuple[Change, ...]:
    """Answer what applying changes; nothing for a file that was applied before."""
    found = [
        Change(
            verb="create" if draft.was is None else "change",
            thing=draft.thing,
            slug=draft.row.slug,
            details=tuple(draft.changes),
        )
        for draft in wanted.things
        if draft.was is None or draft.changes
    ]
    gone = [
        Change(verb="pause", thing=type(row)._meta.model_name or "", slug=row.slug)
        for row in wanted.pruned
    ]
    return (*found, *gone)


def unconnected(wanted: Drafts) -> tuple[tuple[str, str], ...]:
    """Answer the connections that only their owner can connect, each with the page to do it on."""
    return tuple(
        (draft.row.slug, token.page_of(draft.row))
        for draft in wanted.connections
        if not token.is_connected(draft.row)
    )


def apply(
    text: str,
    file: str,
    workspace: Workspace,
    environment: Mapping[str, str],
    now: datetime,
    *,
    prune: bool = False,
) -> tuple[Change, ...]:
    """Make the workspace what the file says, and answer what that changed. Raises Unusable."""
    wanted = drafts(text, file, workspace, environment, now, prune=prune)
    prove(wanted, text, now)
    save(wanted, now)
    return changes(wanted)


def _workspace(wanted: File, workspace: Workspace, mistakes: Mistakes) -> Draft[Workspace]:
    """Answer the workspace as the file wants it; what it leaves out stays."""
    entry = wanted.workspace
    zone = entry.timezone or workspace.timezone
    if zone not in zoneinfo.available_timezones():
        text = _("“%(zone)s” is no time zone; write one such as Europe/Berlin.")
        mistakes.add(("workspace", "timezone"), Message(text, {"zone": zone}))
        zone = workspace.timezone
    row = Workspace(
        pk=workspace.pk,
        slug=workspace.slug,
        name=entry.name or workspace.name,
        timezone=zone,
        paused_at=workspace.paused_at,
    )
    return Draft(thing="workspace", row=row, was=workspace, columns=("name", "timezone"))


def _owner(wanted: File, mistakes: Mistakes) -> str:
    owner = wanted.workspace.owner or ""
    if owner and not re.fullmatch(r"[^@\s]+@[^@\s]+", owner):
        text = _("“owner” takes the owner's email address.")
        mistakes.add(("workspace", "owner"), Message(text))
    return owner


def _pruned(wanted: File, workspace: Workspace) -> tuple[Connection | Chain | Channel, ...]:
    """Answer what an earlier file made and this one lacks, as far as it is not paused yet."""
    made = {"workspace": workspace, "paused_at": None}
    ours = ("", PRUNED)
    used = {hop.connection for chain in wanted.chains.values() for hop in chain.hops.values()}
    return (
        *Connection.objects.filter(**made, deleted_at=None)
        .exclude(applied_from__in=ours)
        .exclude(slug__in={*wanted.connections, *used}),
        *Chain.objects.filter(**made, deleted_at=None)
        .exclude(applied_from__in=ours)
        .exclude(slug__in=wanted.chains),
        *Channel.objects.filter(**made)
        .exclude(applied_from__in=ours)
        .exclude(slug__in=wanted.channels),
    )
