"""Chains of a file: can a lead go this way, and can it be compared where it arrives?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors import catalog
from connectors.kit.message import Message, _
from monitor.actions.file.context import Context
from monitor.actions.file.draft import Draft
from monitor.actions.file.mistake import Path, nearest
from monitor.actions.file.shape import DEADLINES, MANUAL, POLLING, ChainEntry, HopEntry
from monitor.engine.chain import plan_of
from monitor.models import Chain, Connection, Hop
from monitor.rules.drawing import problems
from monitor.rules.extras import BadExtra, Extra
from monitor.rules.fields import BadRule, FieldRule
from monitor.rules.lead import ROTATION, BadLead, Persona, mint, tag_of
from monitor.rules.schedule import BadSchedule, Schedule

COLUMNS = (
    "title",
    "schedule",
    "address",
    "personas",
    "pins",
    "extras",
    "daily_budget",
    "reserve",
    "keep_failed",
)
SAID = "%(said)s"
Connections = Mapping[str, Connection]


def draft(
    slug: str, entry: ChainEntry, connections: Connections, context: Context, now: datetime
) -> Draft[Chain]:
    """Answer the chain the file wants; what is wrong with it is noted.

    `connections` are those of the file and, for names the file lacks, those there are.
    """
    path: Path = ("chains", slug)
    schedule = "" if entry.schedule == MANUAL else entry.schedule
    if schedule:
        _check_schedule(schedule, context, path, now)
    row = Chain(
        workspace=context.workspace,
        slug=slug,
        title=entry.title or slug.replace("-", " ").replace("_", " ").capitalize(),
        schedule=schedule,
        address=entry.address,
        personas=[one.value for one in entry.personas or ROTATION],
        pins=dict(entry.pins),
        extras=_typed(entry.extras, (*path, "extras"), context),
        daily_budget=entry.daily_budget,
        reserve=entry.reserve,
        keep_failed=entry.keep_failed,
    )
    hops = [
        _hop(name, at, hop, connections, context, (*path, "hops", name))
        for at, (name, hop) in enumerate(entry.hops.items())
    ]
    drawn = tuple(hop for hop in hops if hop is not None)
    lead = _lead(row, context, path)
    if lead is not None and not context.mistakes.at((*path, "hops")):
        _check_drawing(row, drawn, frozenset(lead), context, path)
    return Draft(
        thing="chain",
        row=row,
        was=Chain.objects.filter(workspace=context.workspace, slug=slug).first(),
        columns=COLUMNS,
        paused=entry.paused,
        hops=drawn,
    )


def _check_schedule(schedule: str, context: Context, path: Path, now: datetime) -> None:
    try:
        Schedule.parse(schedule, context.workspace.timezone).next_after(now)
    except BadSchedule as error:
        context.mistakes.add((*path, "schedule"), error.message)


def _typed(given: Mapping[str, Any], path: Path, context: Context) -> dict[str, Any]:
    """Answer settings whose numbers and truth values matter, as they stand in the file."""
    return {key: context.source.typed_at((*path, key)) for key in given}


def _lead(row: Chain, context: Context, path: Path) -> dict[str, str] | None:
    """Answer a lead such as this chain makes, None where it could make none."""
    extras = {}
    for name, spec in row.extras.items():
        try:
            extras[name] = Extra.parse(spec)
        except BadExtra as error:
            context.mistakes.add((*path, "extras", name), Message(SAID, {"said": str(error)}))
    try:
        return mint(tag_of(1), Persona.PLAIN, address=row.address, pins=row.pins, extras=extras)
    except BadLead as error:
        # The sentence names the pin, or else it is about the address.
        named = next((name for name in row.pins if str(error).startswith(f'"{name}"')), "")
        place = ("pins", named) if named else ("address",)
        context.mistakes.add((*path, *place), Message(SAID, {"said": str(error)}))
    return None


def _hop(
    slug: str,
    position: int,
    entry: HopEntry,
    connections: Connections,
    context: Context,
    path: Path,
) -> Hop | None:
    """Answer one hop, None where its tool or its kind of record is not known."""
    if entry.connection not in connections:
        # A connection that is in the file but wrong was told of already.
        if not context.mistakes.at(("connections", entry.connection)):
            context.mistakes.add((*path, "connection"), nearest(entry.connection, connections))
        return None
    connection = connections[entry.connection]
    resource = _resource(entry, connection, context, path)
    if resource is None:
        return None
    carrier = entry.carrier
    if carrier is not None and carrier.url:
        context.check_address(carrier.url, (*path, "carrier", "url"))
    usual = DEADLINES[carrier.kind] if carrier is not None else POLLING
    return Hop(
        slug=slug,
        position=position,
        title=entry.title,
        after=entry.after,
        connection=connection,
        resource=resource,
        fields=_mapping(entry, context, path),
        deadline=usual if entry.deadline is None else entry.deadline,
        lag=entry.lag,
        linger=entry.linger,
        carrier_kind=carrier.kind if carrier is not None else "",
        carrier=carrier.name if carrier is not None else "",
        carrier_url=carrier.url if carrier is not None else "",
    )


def _resource(entry: HopEntry, connection: Connection, context: Context, path: Path) -> str | None:
    there = [one.slug for one in catalog.connector(connection.connector).resources]
    if entry.resource in there:
        return entry.resource
    if not entry.resource and len(there) == 1:
        return there[0]
    if entry.resource:
        context.mistakes.add((*path, "resource"), nearest(entry.resource, there))
    else:
        text = _("“resource” is missing: say which kind of record this is, %(known)s.")
        message = Message(text, {"known": _(" or ").join(there)})
        context.mistakes.add((*path, "resource"), message)
    return None


def _mapping(entry: HopEntry, context: Context, path: Path) -> dict[str, dict[str, Any]]:
    """Answer the mapping with its short forms written out; {} takes the tool's own."""
    mapping = {}
    for key, written in entry.fields.items():
        place = (*path, "fields", key)
        typed = {"from": written} if isinstance(written, str) else context.source.typed_at(place)
        spec = typed if isinstance(typed, dict) else {}
        try:
            FieldRule.parse(spec)
        except BadRule as error:
            context.mistakes.add(place, Message(SAID, {"said": str(error)}))
        else:
            mapping[key] = spec
    return mapping


def _check_drawing(
    row: Chain, hops: tuple[Hop, ...], lead_fields: frozenset[str], context: Context, path: Path
) -> None:
    for problem in problems(plan_of(row, hops), lead_fields):
        way = tuple(problem.field.split(".", 1)) if problem.field else ()
        place = (*path, "hops", problem.hop, *way) if problem.hop else (*path, *way)
        context.mistakes.add(place, problem.message)
