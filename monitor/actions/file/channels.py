"""Channels of a file: an address one can write to, or a webhook kept out of the file."""

import re

from connectors.kit.message import Message, _
from monitor.actions.file.context import Context
from monitor.actions.file.draft import Draft
from monitor.actions.file.mistake import Path
from monitor.actions.file.shape import ChannelEntry
from monitor.models import Channel

COLUMNS = ("title", "kind", "address", "references")
KEYS = {"email": "to", "slack": "webhook"}
TITLES = {"email": "Email", "slack": "Slack"}


def draft(slug: str, entry: ChannelEntry, context: Context) -> Draft[Channel]:
    """Answer the channel the file wants; what is wrong with it is noted."""
    path: Path = ("channels", slug)
    key = KEYS[entry.kind]
    for other in KEYS.values():
        if other != key and getattr(entry, other) is not None:
            text = _("“%(key)s” does not go with %(kind)s; take it away.")
            values = {"key": other, "kind": entry.kind}
            context.mistakes.add((*path, other), Message(text, values))
    address, references = _address(entry, key, context, (*path, key))
    row = Channel(
        workspace=context.workspace,
        slug=slug,
        title=entry.title or TITLES[entry.kind],
        kind=entry.kind,
        address=address,
        references=references,
    )
    was = Channel.objects.filter(workspace=context.workspace, slug=slug).first()
    return Draft(thing="channel", row=row, was=was, columns=COLUMNS, paused=entry.paused)


def _address(
    entry: ChannelEntry, key: str, context: Context, path: Path
) -> tuple[dict[str, str], dict[str, str]]:
    """Answer the address and the variable it came from."""
    value = getattr(entry, key)
    if not value:
        context.mistakes.add(path, Message(_("“%(key)s” is missing; add it."), {"key": key}))
        return {}, {}
    if key == "to" and isinstance(value, str):
        text, references = value, {}
    else:
        referred = context.referred(value, path)
        if referred is None:
            return {}, {}
        references, text = {key: referred[0]}, referred[1]
    if key == "webhook":
        context.check_address(text, path)
    elif not all(re.fullmatch(r"[^@\s]+@[^@\s]+", one.strip()) for one in text.split(",")):
        message = Message(_("“to” takes email addresses, with commas between them."))
        context.mistakes.add(path, message)
    return {key: text}, references
