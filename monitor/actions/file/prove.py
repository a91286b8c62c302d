"""Asks the tools whether what a file says of them is so, before any of it is saved."""

from collections.abc import Iterator
from datetime import datetime

from connectors import catalog
from connectors.kit.errors import ToolError
from connectors.kit.message import Message, _
from monitor.actions.connection import marked, proof, unfit
from monitor.actions.file.draft import Draft, Drafts
from monitor.actions.file.mistake import Mistakes
from monitor.actions.file.source import read
from monitor.engine import token
from monitor.models import Chain, Connection, ConnectionState, Hop

SENTENCE = _("%(said)s (To save it all the same, write saved_unproved: true.)")


def prove(wanted: Drafts, text: str, now: datetime) -> None:
    """Ask every tool about what is new. Raises Unusable with everything a tool did not like."""
    mistakes = Mistakes(file=wanted.file)
    read(text, mistakes)
    for draft in wanted.connections:
        hops = [hop for chain in wanted.chains for hop in _new_hops(chain, draft.row.slug)]
        if not draft.is_to_prove or not (hops or _is_unproved(draft)):
            continue
        if not token.is_connected(draft.row):
            continue  # only its owner can, on the page whose address is told
        try:
            account = proof(draft.row, *_asked(hops))
        except ToolError as error:
            path = ("connections", draft.row.slug)
            mistakes.add(path, Message(SENTENCE, {"said": error.message.render()}))
            continue
        for chain in wanted.chains:
            _compare(chain, list(_new_hops(chain, draft.row.slug)), draft.row, mistakes)
        marked(draft.row, account, now)
        if draft.was is not None and draft.was.state != ConnectionState.PROVED:
            draft.changes.append(Message(_("was proved: %(whose)s"), {"whose": account.label}))
    mistakes.raise_any()


def _compare(
    chain: Draft[Chain], hops: list[Hop], connection: Connection, mistakes: Mistakes
) -> None:
    """Note where a hop maps what its tool has no field for, or lacks what the tool requires."""
    tool = catalog.connector(connection.connector)
    for hop in hops:
        mapping = hop.fields or tool.resource_named(hop.resource).fields
        path = ("chains", chain.row.slug, "hops", hop.slug)
        try:
            found = unfit(connection, hop.resource, mapping, is_entry=not hop.after)
        except ToolError:
            continue  # the credentials are good; that they show no fields is their owner's choice
        for one in found:
            where = (*path, "fields", one.key) if one.key else path
            mistakes.add(where, Message(SENTENCE, {"said": one.message.render()}))


def _is_unproved(draft: Draft[Connection]) -> bool:
    was = draft.was
    if was is None or was.deleted_at or was.state == ConnectionState.UNPROVED:
        return True
    return draft.touches_proof


def _new_hops(chain: Draft[Chain], connection: str) -> Iterator[Hop]:
    """Answer the hops on this connection that no run has gone through as they are now."""
    old = {} if chain.was is None else {hop.slug: hop for hop in chain.was.hops.all()}
    for hop in chain.hops:
        there = old.get(hop.slug)
        if hop.connection.slug != connection:
            continue
        if there is None or (there.resource, there.fields) != (hop.resource, hop.fields):
            yield hop


def _asked(hops: list[Hop]) -> tuple[str, tuple[str, ...]]:
    """Answer the kind of record and the keys that the hops read or write."""
    if not hops:
        return "", ()
    first = hops[0]
    tool = catalog.connector(first.connection.connector)
    usual = tool.resource_named(first.resource).fields
    same = [hop for hop in hops if hop.resource == first.resource]
    return first.resource, tuple({key: None for hop in same for key in (hop.fields or usual)})
