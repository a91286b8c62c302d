"""What a tool answered, read by path: a place that is not as expected is named, never guessed."""

import json
import re
from codecs import lookup
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import urljoin

from connectors.kit.address import Address
from connectors.kit.errors import OutcomeUnknown, ToolError, UnexpectedAnswer
from connectors.kit.headers import Headers
from connectors.kit.message import Message, Value, _

NAMED = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
# Browsers, too, look for a character set in a page's first kilobyte only.
SNIFFED = 1024
ABSENT = object()
# Epoch values beyond this many seconds (the year 5138) are milliseconds.
MILLISECONDS_FROM = 100_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which call an answer came from: the tool, the path, the status, and whether it wrote."""

    tool: str
    where: str
    status: int = 200
    wrote: bool = False

    def unexpected(self, path: str, wanted: str) -> ToolError:
        """Answer the error for a place that lacks what is `wanted`; a write is then unknown."""
        values: dict[str, Value] = {"tool": self.tool, "path": path, "wanted": wanted}
        message = Message(
            _("%(tool)s answered in a way we do not know: there is no %(wanted)s at %(path)s."),
            values,
        )
        if self.wrote:
            return OutcomeUnknown(message, status=self.status, where=self.where)
        return UnexpectedAnswer(message, path=path, status=self.status, where=self.where)


@dataclass(frozen=True, slots=True)
class Piece:
    """A value inside an answer, with the path it was found at ("$.results[0].id")."""

    value: object
    origin: Origin
    path: str = "$"

    def at(self, path: str) -> "Piece":
        """Answer the piece at `path` below this one; it must be there."""
        piece = self.maybe(path)
        if piece is None:
            raise self.origin.unexpected(_joined(self.path, path), "value")
        return piece

    def maybe(self, path: str) -> "Piece | None":
        """Answer the piece at `path`, None where a key of it is absent."""
        value = walked(self.value, path)
        return None if value is ABSENT else Piece(value, self.origin, _joined(self.path, path))

    def text(self, path: str = "") -> str:
        """Answer the text at `path`; a number there is written out, for ids come as both."""
        piece = self.at(path)
        if isinstance(piece.value, str):
            return piece.value
        if isinstance(piece.value, int) and not isinstance(piece.value, bool):
            return str(piece.value)
        raise self.origin.unexpected(piece.path, "text")

    def number(self, path: str = "") -> int | float:
        """Answer the number at `path`."""
        piece = self.at(path)
        if isinstance(piece.value, int | float) and not isinstance(piece.value, bool):
            return piece.value
        raise self.origin.unexpected(piece.path, "number")

    def time(self, path: str = "") -> datetime:
        """Answer the instant at `path` in UTC: ISO 8601, or seconds or milliseconds since 1970."""
        piece = self.at(path)
        moment = instant(piece.value)
        if moment is None:
            raise self.origin.unexpected(piece.path, "time")
        return moment

    def maybe_time(self, path: str) -> datetime | None:
        """Answer the instant at `path`, None where it is absent, empty or no time."""
        piece = self.maybe(path)
        return None if piece is None else instant(piece.value)

    def maybe_text(self, path: str) -> str:
        """Answer the text at `path`, empty where it is absent or no text."""
        value = walked(self.value, path)
        return value if isinstance(value, str) else ""

    def each(self, path: str = "") -> Iterator["Piece"]:
        """Answer the pieces of the list at `path`, one by one."""
        piece = self.at(path)
        if not isinstance(piece.value, list):
            raise self.origin.unexpected(piece.path, "list")
        for index, value in enumerate(piece.value):
            yield Piece(value, self.origin, f"{piece.path}[{index}]")

    def maybe_each(self, path: str) -> Iterator["Piece"]:
        """Answer the pieces of the list at `path`, none where it is absent."""
        return self.each(path) if self.maybe(path) else iter(())

    def pick(self, keys: Sequence[str]) -> dict[str, object]:
        """Answer a flat record of `keys`; a key the tool did not give is absent."""
        if not isinstance(self.value, Mapping):
            raise self.origin.unexpected(self.path, "record")
        record: dict[str, object] = {}
        for key in keys:
            value = self.value.get(key, ABSENT)
            if value is ABSENT and "." in key:
                value = walked(self.value, key)
            if value is not ABSENT:
                record[key] = value
        return record


@dataclass(frozen=True)
class Answer:
    """A whole answer of a tool: status, headers and body, with `json` to read it by path."""

    origin: Origin
    address: Address
    target: str
    headers: Headers
    body: bytes

    @property
    def url(self) -> str:
        """The whole address that was called; its query may hold a secret."""
        return self.address.absolute(self.target)

    @property
    def location(self) -> str:
        """The whole address the tool sends us on to, empty if it does not."""
        place = self.headers.get("Location") if 300 <= self.status < 400 else ""
        return urljoin(self.url, place) if place else ""

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.origin.status

    @cached_property
    def json(self) -> Piece:
        """The body read as JSON; a body that is none is an unexpected answer."""
        try:
            value: object = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise self.origin.unexpected("$", "JSON") from error
        return Piece(value, self.origin)

    @property
    def told(self) -> Piece:
        """The body of an error, an empty record where it is no JSON: errors come in any shape."""
        try:
            return self.json
        except ToolError:
            return Piece({}, self.origin)

    @cached_property
    def charset(self) -> str:
        """The character set the header names, or the page itself; UTF-8 without one we know."""
        kind = self.headers.get("Content-Type")
        named = NAMED.search(kind) or NAMED.search(self.body[:SNIFFED].decode("latin-1"))
        try:
            return lookup(named[1]).name if named else "utf-8"
        except LookupError:
            return "utf-8"

    @cached_property
    def page(self) -> str:
        """The body as text."""
        return self.body.decode(self.charset, errors="replace")


def walked(value: object, path: str) -> object:
    """Answer what lies at a dotted `path` ("items.0.id") below `value`, ABSENT if nothing does."""
    for step in path.split(".") if path else ():
        if isinstance(value, Mapping):
            value = value.get(step, ABSENT)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ABSENT
    return value


def instant(value: object) -> datetime | None:
    """Answer the moment a tool wrote down, in UTC; None for what is no moment."""
    if isinstance(value, str) and value:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _since_1970(value)
    return None


def _since_1970(value: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(value / 1000 if value > MILLISECONDS_FROM else value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _joined(base: str, path: str) -> str:
    """Answer the path below `base`, with list positions in brackets."""
    steps = path.split(".") if path else ()
    return base + "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in steps)
