"""IMAP's grammar: lines with literals, atoms, strings, lists and sequence sets."""

import asyncio
import re

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}$")
_ATOM = re.compile(rb'[^\s(){"]+')

# How each fault reads in IMAP's words.
REFUSALS = {
    "400": "BAD Could not understand that.",
    "401": "NO [AUTHENTICATIONFAILED] Invalid credentials.",
    "403": "NO [NOPERM] You are not allowed to do that.",
    "404": "NO [NONEXISTENT] There is no such mailbox.",
    "429": "NO [LIMIT] Too many requests, try again later.",
    "500": "NO [SERVERBUG] Internal error occurred, try again.",
    "503": "NO [UNAVAILABLE] The server is away, try again later.",
}


class Bad(Exception):
    """The client broke the grammar."""


class No(Exception):
    """The command is understood and cannot be done."""


async def read_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes | None:
    """Answer one command with its literals; None at the end of the connection."""
    line = b""
    while True:
        part = await reader.readline()
        if not part:
            return None
        line += part.rstrip(b"\r\n")
        found = _LITERAL.search(line)
        if found is None:
            return line
        if not found[2]:
            writer.write(b"+ go on\r\n")
            await writer.drain()
        line += b"\r\n" + await reader.readexactly(int(found[1]))


class Words:
    """A command's words, taken one after another."""

    def __init__(self, line: bytes) -> None:
        self._line = line
        self._at = 0

    def back(self) -> None:
        """Begin again."""
        self._at = 0

    def peek(self) -> bytes:
        """Answer the next character that is no space; empty at the end."""
        while self._line[self._at : self._at + 1] == b" ":
            self._at += 1
        return self._line[self._at : self._at + 1]

    def atom(self) -> str:
        """Take a word without quotes."""
        self.peek()
        found = _ATOM.match(self._line, self._at)
        if found is None:
            raise Bad("a word is missing")
        self._at = found.end()
        word = found[0].decode(errors="replace")
        # BODY[HEADER.FIELDS (TO)] holds spaces and brackets of its own.
        if "[" in word and "]" not in word:
            end = self._line.index(b"]", self._at) + 1
            word += self._line[self._at : end].decode(errors="replace")
            self._at = end
            rest = _ATOM.match(self._line, self._at)
            if rest is not None:
                word += rest[0].decode(errors="replace")
                self._at = rest.end()
        return word

    def string(self) -> str:
        """Take a word, quoted or literal or neither."""
        first = self.peek()
        if first == b'"':
            return self._quoted()
        if first == b"{":
            return self._literal()
        return self.atom()

    def list(self) -> list[str]:
        """Take a list in brackets."""
        if self.peek() != b"(":
            raise Bad("a list is missing")
        self._at += 1
        words = []
        while self.peek() not in (b")", b""):
            words.append(self.string())
        self._at += 1
        return words

    def enter(self) -> None:
        """Step over an opening bracket."""
        self._at += 1

    def leave(self) -> None:
        """Step over a closing bracket."""
        if self.peek() != b")":
            raise Bad("a bracket is missing")
        self._at += 1

    def _quoted(self) -> str:
        taken = bytearray()
        self._at += 1
        while (char := self._line[self._at : self._at + 1]) != b'"':
            if not char:
                raise Bad("a quote is missing")
            if char == b"\\":
                self._at += 1
                char = self._line[self._at : self._at + 1]
            taken += char
            self._at += 1
        self._at += 1
        return taken.decode(errors="replace")

    def _literal(self) -> str:
        found = re.compile(rb"\{(\d+)\+?\}\r\n").match(self._line, self._at)
        if found is None:
            raise Bad("a literal is broken")
        end = found.end() + int(found[1])
        taken = self._line[found.end() : end]
        self._at = end
        return taken.decode(errors="replace")


class Numbers:
    """A sequence set: which numbers it names."""

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        self._ranges = ranges

    def __contains__(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self._ranges)


def numbers(asked: str, top: int) -> Numbers:
    """Answer a sequence set such as 1:3,7,9:*; the star is the last number there is."""
    ranges = []
    for part in asked.split(","):
        first, _, last = part.partition(":")
        ends = [top if end == "*" else _number(end) for end in (first, last or first)]
        ranges.append((min(ends), max(ends)))
    return Numbers(ranges)


def is_numbers(word: str) -> bool:
    """Answer whether a word is a sequence set."""
    return re.fullmatch(r"[\d*]+(:[\d*]+)?(,[\d*]+(:[\d*]+)?)*", word) is not None


def fits(name: str, pattern: str) -> bool:
    """Answer whether a mailbox name fits a LIST pattern."""
    if pattern.upper() == "INBOX":
        return name == "INBOX"
    escaped = re.escape(pattern).replace(r"\*", ".*").replace("%", "[^/]*")
    return re.fullmatch(escaped, name) is not None


def _number(text: str) -> int:
    if not text.isdigit():
        raise Bad(f"{text!r} is no number")
    return int(text)
