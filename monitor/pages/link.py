"""Where a page leads next: the name of a page and what it is about, never an address."""

from dataclasses import dataclass

from connectors.kit.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One thing to do next. `url` is set where it leads out of the product; `key` may be empty."""

    text: Message
    page: str = ""
    key: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """Something to know on every first screen, with what to do about it."""

    tone: str
    text: Message
    links: tuple[Link, ...] = ()
