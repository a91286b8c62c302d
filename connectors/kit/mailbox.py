"""The mailbox door: reads a mailbox over IMAP without leaving a trace in it."""

import imaplib
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from connectors.kit import guard
from connectors.kit.answer import Origin
from connectors.kit.errors import NeedsOwner, Refused, ToolError, TryLater
from connectors.kit.http import FORBIDDEN, UNSENDABLE
from connectors.kit.letter import Letter, letter_of
from connectors.kit.message import Message, _
from connectors.kit.ports import Ports
from connectors.kit.status import silence

T = TypeVar("T")
TEXT_BYTES = 256 * 1024
PORTION = 200
HEADERS = "MESSAGE-ID SUBJECT FROM TO CC DELIVERED-TO X-ORIGINAL-TO ENVELOPE-TO DATE"
# Login refusals by which a server says "not now" rather than "not you".
PASSING = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]|too many|try again", re.IGNORECASE)
STUMBLED = re.compile(r"\[(UNAVAILABLE|SERVERBUG)\]")
DENIED = re.compile(r"\[(AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|NOPERM)\]")
DENIAL = _("%(tool)s does not accept the user name or the password; enter them again.")
GARBLED = _("%(tool)s did not understand a command.")
JUNK = re.compile(rb"(^|[./\]])(junk|spam)( e-?mail)?$", re.IGNORECASE)
_FOLDER = re.compile(rb'\((?P<flags>[^)]*)\) (?:"[^"]*"|NIL) (?P<name>.+)', re.DOTALL)
_UID = re.compile(rb"\bUID (\d+)")
_DATE = re.compile(rb'INTERNALDATE "[^"]+"')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Server(NamedTuple):
    """Where a mailbox lives; `security` is "tls" or, where the owner said so, "none"."""

    host: str
    port: int
    security: str = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder as the server names it on the wire."""

    name: str
    is_junk: bool = False


class _Client(imaplib.IMAP4):
    """The standard client on a guarded socket, refusing to read more than it is allowed."""

    def __init__(self, server: Server, ports: Ports) -> None:
        self._server, self._ports = server, ports
        super().__init__(server.host, server.port)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        del timeout  # the guard gives every operation what is left of the budget
        sock = guard.connect(self._server.host, self._server.port, self._ports.networks)
        if self._server.security == "tls":
            return guard.secured(sock, self._server.host)
        return sock

    def read(self, size: int) -> bytes:
        if size > self._ports.size:
            raise self.abort("a message part larger than this installation takes")
        return super().read(size)


class Mailbox:
    """One visit: opened, read, closed. Folders are examined, never selected: nothing is marked."""

    def __init__(self, tool: str, server: Server, ports: Ports) -> None:
        self._origin = Origin(tool=tool, where=f"{tool} {server.host}")
        self._server = server
        self._ports = ports
        self._is_broken = False
        self._client = self._asked(lambda: _Client(server, ports))

    def close(self) -> None:
        """Say good-bye, unless the server is past hearing it, and hang up."""
        with suppress(ToolError):
            if not self._is_broken:
                self._asked(self._client.logout)
        with suppress(OSError):
            self._client.shutdown()

    def log_in(self, user: str, password: str) -> None:
        """Open the account. NeedsOwner where the server does not accept the credentials."""
        if _CONTROL.search(user + password) or not (user + password).isascii():
            raise self._needs_owner(UNSENDABLE)
        quoted = '"' + user.replace("\\", "\\\\").replace('"', '\\"') + '"'
        try:
            self._asked(lambda: self._client.login(quoted, password))
        except Refused as refused:
            if refused.message.key == GARBLED:
                raise
            raise self._needs_owner(DENIAL) from None

    def folders(self) -> list[Folder]:
        """Answer the folders that hold messages."""
        lines = self._asked(lambda: self._checked(self._client.list()))
        return [folder for line in lines if (folder := _folder(line))]

    def examine(self, folder: Folder) -> None:
        """Open a folder for reading only."""
        self._asked(lambda: self._checked(self._client.select(folder.name, readonly=True)))

    def search(self, since: datetime, *texts: str) -> list[bytes]:
        """Answer the numbers of the messages since that day, those with one of `texts` if given.

        Days are counted in the server's own zone, so one more is asked for.
        """
        day = imaplib.Time2Internaldate(since - timedelta(days=1))[1:12]
        criteria = ["SINCE", day]
        criteria += ["OR"] * (len(texts) - 1)
        for text in texts:
            criteria += ["TEXT", '"' + re.sub(r'[\\"\x00-\x1f]', "", text) + '"']
        found = self._asked(lambda: self._checked(self._client.uid("SEARCH", *criteria)))
        return [number for line in found if isinstance(line, bytes) for number in line.split()]

    def headers(self, numbers: Sequence[bytes], folder: Folder) -> Iterator[Letter]:
        """Yield the messages with their headers only."""
        return self._fetched(numbers, folder, f"BODY.PEEK[HEADER.FIELDS ({HEADERS})]")

    def letters(self, numbers: Sequence[bytes], folder: Folder) -> Iterator[Letter]:
        """Yield the messages with their text, of very long ones the beginning."""
        return self._fetched(numbers, folder, f"BODY.PEEK[]<0.{TEXT_BYTES}>")

    def _fetched(self, numbers: Sequence[bytes], folder: Folder, part: str) -> Iterator[Letter]:
        for start in range(0, len(numbers), PORTION):
            some = b",".join(numbers[start : start + PORTION]).decode("ascii")
            wanted = f"(UID INTERNALDATE {part})"
            found = self._fetch(some, wanted)
            for frame, raw in _framed(found):
                number, date = _UID.search(frame), _DATE.search(frame)
                if not number or not date:
                    raise self._origin.unexpected("FETCH", "UID and INTERNALDATE")
                yield letter_of(raw, number[1], _moment(date[0]), is_junk=folder.is_junk)

    def _fetch(self, numbers: str, wanted: str) -> Sequence[object]:
        return self._asked(lambda: self._checked(self._client.uid("FETCH", numbers, wanted)))

    def _checked(self, answer: tuple[str, Sequence[object]]) -> Sequence[object]:
        """Answer what a command brought; a NO is a refusal."""
        if answer[0] != "OK":
            raise imaplib.IMAP4.error(repr(answer[1]))
        return answer[1]

    def _asked(self, ask: Callable[[], T], *, again: bool = True) -> T:
        """Answer what one exchange with the server brings, within the budget of a call.

        A server that stumbled is asked again at once, for a look takes many exchanges.
        """
        error: ToolError
        self._is_broken = True
        try:
            with guard.budget(self._ports.seconds):
                answer = ask()
            self._is_broken = False
        except guard.Forbidden:
            error = self._needs_owner(FORBIDDEN)
        except guard.NotConnected as unmade:
            error = silence(self._origin, unmade.reason, self._server.host, sent=False)
        except TimeoutError:
            error = silence(self._origin, "time", self._server.host, sent=True)
        except (imaplib.IMAP4.abort, OSError):
            error = silence(self._origin, "closed", self._server.host, sent=True)
        except imaplib.IMAP4.error as refusal:
            self._is_broken = False
            if again and STUMBLED.search(str(refusal)):
                return self._asked(ask, again=False)
            error = self._refused(str(refusal))
        else:
            return answer
        raise error

    def _refused(self, said: str) -> ToolError:
        """Answer what a NO or BAD means. Its text may repeat the command, so it is not shown."""
        where = self._origin.where
        if PASSING.search(said):
            return TryLater(self._said(_("%(tool)s asks for a pause.")), where=where)
        if DENIED.search(said):
            return self._needs_owner(DENIAL)
        # NO is the server's will, BAD its complaint about how it was asked.
        text = GARBLED if "command error: BAD" in said else _("%(tool)s refused a command.")
        return Refused(self._said(text), where=where)

    def _needs_owner(self, text: str) -> NeedsOwner:
        return NeedsOwner(self._said(text), where=self._origin.where)

    def _said(self, text: str) -> Message:
        return Message(text, {"tool": self._origin.tool, "host": self._server.host})


def _folder(line: object) -> Folder | None:
    """Answer the folder a LIST line names, None for one that holds no messages."""
    if isinstance(line, tuple):  # a name sent as a literal
        line = line[0].rpartition(b" {")[0] + b' "' + _escaped(line[1]) + b'"'
    match = _FOLDER.match(line) if isinstance(line, bytes) else None
    if match is None or b"\\noselect" in match["flags"].lower():
        return None
    name = match["name"]
    is_junk = b"\\junk" in match["flags"].lower() or bool(JUNK.search(name.strip(b'"')))
    return Folder(name=name.decode("ascii", "replace"), is_junk=is_junk)


def _escaped(name: bytes) -> bytes:
    return name.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


def _framed(found: Sequence[object]) -> Iterator[tuple[bytes, bytes]]:
    """Yield each message with what the server told around it, which may stand on either side."""
    for index, item in enumerate(found):
        if isinstance(item, tuple):
            after = found[index + 1] if index + 1 < len(found) else b""
            yield item[0] + (after if isinstance(after, bytes) else b""), item[1]


def _moment(date: bytes) -> datetime:
    """Answer when the server received a message, in UTC."""
    moment = imaplib.Internaldate2tuple(date)
    return datetime.fromtimestamp(time.mktime(moment) if moment else 0, UTC)
