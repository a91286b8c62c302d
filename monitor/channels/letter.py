"""One message as every channel tells it: the same words, the same order, whole addresses."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext

from connectors.kit.message import Message
from monitor.rules.news import Event, Link, News, Tone

MARKS = {
    Tone.BROKEN: "✖",
    Tone.DELIVERED: "✔",
    Tone.BLIND: "◌",
    Tone.CHECKING: "…",
    Tone.INFORMATION: "ℹ",
}


class Undelivered(Exception):
    """A message did not leave; `message` says why in the owner's words and holds no secret.

    `permanent`: trying again is of no use until the owner acts. `after`: how many seconds the
    other side asked us to wait, where it did.
    """

    def __init__(self, message: Message, *, permanent: bool, after: float | None = None) -> None:
        super().__init__(message.render())
        self.message = message
        self.permanent = permanent
        self.after = after


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """One thing to do next and the whole address it leads to."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as every channel tells it, in the same words and the same order.

    `key` is the same on every repeat, `thread` on everything about one incident ("" for none).
    """

    key: str
    thread: str
    tone: str
    mark: str
    headline: str
    happened: tuple[str, ...]
    since: str
    steps: tuple[Do, ...]
    home: str

    @property
    def lines(self) -> tuple[str, ...]:
        """What is told between the headline and the next steps."""
        return (*self.happened, self.since) if self.since else self.happened


def letter(
    news: News, key: str, event: Event, *, links: Mapping[Link, str], thread: str = ""
) -> Letter:
    """Answer `news` in the words of the active language, with whole addresses."""
    mark = MARKS[Tone.INFORMATION] if event is Event.TEST else MARKS[news.tone]
    return Letter(
        key=key,
        thread=thread,
        tone=news.tone.value,
        mark=mark,
        headline=news.headline.render(gettext),
        happened=tuple(said.render(gettext) for said in news.happened),
        since=news.since.render(gettext) if news.since else "",
        steps=tuple(
            Do(text=step.text.render(gettext), url=_whole(step.url or links.get(step.link, "")))
            for step in news.steps
        ),
        home=_whole(links.get(Link.INCIDENT, "")),
    )


def _whole(address: str) -> str:
    """Answer a path of ours under the public address; other web addresses stay as they are."""
    if address.startswith(("https://", "http://")):
        return address
    return f"{settings.PUBLIC_URL}/{address.lstrip('/')}"
