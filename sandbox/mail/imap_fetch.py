"""IMAP's FETCH: which parts of a mail are asked for, and how they are told."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.mail.imap_words import Bad, Words
from sandbox.mail.mailbox import Letter

_BODY = re.compile(r"BODY(\.PEEK)?\[([^\]]*)\](<\d+(?:\.\d+)?>)?", re.IGNORECASE)
_MACROS = {
    "ALL": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
    "FAST": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
}
_WHOLE = {"RFC822": "BODY[]", "RFC822.HEADER": "BODY.PEEK[HEADER]", "RFC822.TEXT": "BODY[TEXT]"}


@dataclass(frozen=True, slots=True)
class Items:
    """What a FETCH asks for."""

    names: list[str]

    @property
    def marks_seen(self) -> bool:
        """Answer whether reading this makes the mail a read one."""
        return any(_WHOLE.get(name, name).startswith("BODY[") for name in self.names)


def parse(words: Words) -> Items:
    """Answer the items of a FETCH."""
    names = words.list() if words.peek() == b"(" else [words.atom()]
    if len(names) == 1 and names[0].upper() in _MACROS:
        names = _MACROS[names[0].upper()]
    return Items([name.upper() for name in names])


def told(number: int, letter: Letter, items: Items, *, uid: bool) -> bytes:
    """Answer the line that tells one mail."""
    names = items.names if not uid or "UID" in items.names else ["UID", *items.names]
    parts = [_part(name, letter) for name in names]
    return b"* %d FETCH (%s)" % (number, b" ".join(parts))


def _part(name: str, letter: Letter) -> bytes:
    simple: dict[str, Callable[[], str]] = {
        "UID": lambda: str(letter.uid),
        "FLAGS": lambda: f"({' '.join(sorted(letter.flags))})",
        "INTERNALDATE": lambda: f'"{_internal(letter.at)}"',
        "RFC822.SIZE": lambda: str(len(letter.raw)),
    }
    if name in simple:
        return f"{name} {simple[name]()}".encode()
    found = _BODY.fullmatch(_WHOLE.get(name, name))
    if found is None:
        raise Bad(f"cannot fetch {name}")
    held = _section(found[2].upper(), letter.raw)
    label = name if name in _WHOLE else f"BODY[{found[2]}]"
    if found[3]:
        start, _, count = found[3].strip("<>").partition(".")
        held = held[int(start) :][: int(count) if count else None]
        label += f"<{start}>"
    return b"%s {%d}\r\n%s" % (label.encode(), len(held), held)


def _section(section: str, raw: bytes) -> bytes:
    head, gap, body = raw.partition(b"\r\n\r\n")
    if section == "":
        return raw
    if section == "HEADER":
        return head + gap
    if section in ("TEXT", "1"):
        return body
    fields = re.fullmatch(r"HEADER\.FIELDS(\.NOT)? \(([^)]*)\)", section)
    if fields is None:
        raise Bad(f"cannot fetch the part {section}")
    wanted = {name.strip('"').lower() for name in fields[2].split()}
    kept = b""
    for line in re.split(rb"\r\n(?![ \t])", head):
        named = line.partition(b":")[0].decode("ascii", "replace").lower()
        if (named in wanted) != bool(fields[1]):
            kept += line + b"\r\n"
    return kept + b"\r\n"


def _internal(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%d-%b-%Y %H:%M:%S +0000")
