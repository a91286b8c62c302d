"""News to Slack, by an incoming webhook. Its address is a secret: it stands in no error or log."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

from connectors.kit.body import json_body
from connectors.kit.errors import NeedsOwner, Refused, ToolError, TryLater
from connectors.kit.http import Door, Manners
from connectors.kit.message import Message, Value, _
from connectors.kit.ports import Ports
from monitor.channels.letter import Do, Letter, Undelivered

# Block Kit's own limits, with room for an ellipsis.
HEADER, SECTION, FALLBACK, KEY = 149, 2900, 3900, 254

REFUSED = {
    403: _(
        "Slack does not allow this webhook to post (403); ask whoever runs your Slack workspace, "
        "or make a new webhook and enter it here."
    ),
    404: _("Slack knows no such webhook (404); make a new one and enter it here."),
    410: _(
        "The Slack conversation of this webhook is archived or gone (410); make a new webhook for "
        "another one and enter it here."
    ),
}
OTHER = _("Slack did not take the message (%(status)s); make a new webhook and enter it here.")
UNREACHABLE = _(
    "The webhook's address is not one this installation may call; enter the address that Slack "
    "shows, which begins with https://hooks.slack.com/."
)
LATER = _("Slack cannot be reached or asks for a pause (%(status)s).")


def send(address: Mapping[str, str], letter: Letter) -> None:
    """Post one message to `address["webhook"]`."""
    parts = urlsplit(address.get("webhook", "").strip())
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    failure: Undelivered
    try:
        door = Door(
            "Slack",
            f"{parts.scheme}://{parts.netloc}",
            ports=Ports(networks=settings.ALLOWED_NETWORKS, seconds=settings.CALL_SECONDS),
            manners=Manners(hidden=True),
        )
        # A message told twice does less harm than one never told.
        door.post(target, body=json_body(document(letter)), repeatable=True)
    except ToolError as error:
        failure = _undelivered(error)
    else:
        return
    # Raised out here: what the door raised must not hang on to it.
    raise failure


def document(letter: Letter) -> dict[str, object]:
    """Answer the message in Block Kit, with all of it again as text for notifications."""
    headline = f"{letter.mark} {letter.headline}"
    told = "\n".join(map(_escaped, letter.lines))
    steps = "\n".join(f"• {_link(step)}" for step in letter.steps)
    sections = [part for part in (told, steps) if part]
    return {
        "text": _cut("\n".join((_escaped(headline), *sections)), FALLBACK),
        "blocks": [
            {
                "type": "header",
                # The same on a repeat, so that a reader of the channel can tell one from news.
                "block_id": _cut(letter.key, KEY),
                "text": {"type": "plain_text", "text": _cut(headline, HEADER)},
            },
            *(
                {"type": "section", "text": {"type": "mrkdwn", "text": _cut(part, SECTION)}}
                for part in sections
            ),
        ],
        "unfurl_links": False,
    }


def _escaped(text: str) -> str:
    """Answer `text` with the three characters that mean something to Slack written out."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _link(step: Do) -> str:
    url = _escaped(step.url).replace("|", "%7C")
    return f"<{url}|{_escaped(step.text).replace('|', '¦')}>"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + "…"


def _undelivered(error: ToolError) -> Undelivered:
    values: dict[str, Value] = {"status": error.status or _("no answer")}
    if isinstance(error, TryLater):
        return Undelivered(Message(LATER, values), permanent=False, after=error.after)
    if error.status in REFUSED:
        return Undelivered(Message(REFUSED[error.status]), permanent=True)
    if isinstance(error, Refused | NeedsOwner):
        key = UNREACHABLE if error.status is None else OTHER
        return Undelivered(Message(key, values if error.status else {}), permanent=True)
    return Undelivered(Message(LATER, values), permanent=False)
