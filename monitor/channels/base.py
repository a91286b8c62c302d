"""How news leaves: one message to one place, by the way its kind goes."""

from collections.abc import Callable, Mapping
from typing import Protocol

from connectors.kit.message import Message, _
from monitor.channels import email, slack
from monitor.channels.letter import Letter, Undelivered, letter
from monitor.rules.news import Event, Link, News

__all__ = ["Place", "Undelivered", "deliver"]

WAYS: Mapping[str, Callable[[Mapping[str, str], Letter], None]] = {
    "email": email.send,
    "slack": slack.send,
}


class Place(Protocol):
    """Where a message goes: a channel of any kind, or the stand-in for one that failed."""

    @property
    def kind(self) -> str:
        """The kind of channel: "email" or "slack"."""

    @property
    def address(self) -> Mapping[str, str]:
        """{"to"} for email, {"webhook"} for Slack; never shown, never logged."""


def deliver(
    place: Place,
    news: News,
    key: str,
    event: str,
    *,
    links: Mapping[Link, str] | None = None,
    thread: str = "",
) -> None:
    """Send `news` once to where `place` says. Raises Undelivered, and nothing else.

    `links` are addresses, or paths under PUBLIC_URL, for steps that carry none of their own.
    """
    send = WAYS.get(place.kind)
    if send is None:
        text = _("This installation does not know channels of the kind “%(kind)s”.")
        raise Undelivered(Message(text, {"kind": place.kind}), permanent=True)
    send(place.address, letter(news, key, Event(event), links=links or {}, thread=thread))
