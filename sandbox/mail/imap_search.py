"""IMAP's SEARCH: its keys read into one question a mail answers with yes or no."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from sandbox.mail.imap_words import Bad, Words, is_numbers, numbers
from sandbox.mail.mailbox import Letter

Question = Callable[[int, Letter], bool]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FLAGS = ("ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN")


def parse(words: Words, letters: list[Letter]) -> Question:
    """Answer what a SEARCH asks for; keys beside one another must all hold."""
    questions = []
    while words.peek() not in (b"", b")"):
        questions.append(_key(words, letters))
    return lambda number, letter: all(asked(number, letter) for asked in questions)


def _key(words: Words, letters: list[Letter]) -> Question:
    if words.peek() == b"(":
        words.enter()
        inner = parse(words, letters)
        words.leave()
        return inner
    word = words.atom()
    name = word.upper()
    if name in ("ALL", "CHARSET", "OLD"):
        if name == "CHARSET":
            words.string()
        return lambda _number, _letter: True
    if is_numbers(word):
        wanted = numbers(word, len(letters))
        return lambda number, _letter: number in wanted
    return _compound(name, words, letters) or _flag(name) or _text(name, words) or _day(name, words)


def _compound(name: str, words: Words, letters: list[Letter]) -> Question | None:
    if name == "NOT":
        inner = _key(words, letters)
        return lambda number, letter: not inner(number, letter)
    if name == "OR":
        one, other = _key(words, letters), _key(words, letters)
        return lambda number, letter: one(number, letter) or other(number, letter)
    if name == "UID":
        wanted = numbers(words.atom(), letters[-1].uid if letters else 0)
        return lambda _number, letter: letter.uid in wanted
    return None


def _flag(name: str) -> Question | None:
    if name in ("NEW", "RECENT"):
        return lambda _number, _letter: False
    plain = name.removeprefix("UN")
    if plain not in _FLAGS:
        return None
    flag, wanted = "\\" + plain.capitalize(), plain == name
    return lambda _number, letter: (flag in letter.flags) == wanted


def _text(name: str, words: Words) -> Question | None:
    if name in ("TO", "FROM", "CC", "BCC", "SUBJECT"):
        asked = words.string().lower()
        return lambda _number, letter: asked in letter.header(name)
    if name == "HEADER":
        header, asked = words.string(), words.string().lower()
        return lambda _number, letter: header in letter.parsed and asked in letter.header(header)
    if name == "TEXT":
        asked = words.string().lower()
        return lambda _number, letter: asked in letter.text
    if name == "BODY":
        asked = words.string().lower()
        return lambda _number, letter: asked in str(letter.record.fields["body"]).lower()
    return None


def _day(name: str, words: Words) -> Question:
    if name in ("LARGER", "SMALLER"):
        size, larger = int(words.atom()), name == "LARGER"
        return lambda _number, letter: (len(letter.raw) > size) == larger
    day = _date(words.string()) if name.removeprefix("SENT") in ("SINCE", "BEFORE", "ON") else None
    if day is None:
        raise Bad(f"unknown search key {name}")
    kind = name.removeprefix("SENT")

    def holds(_number: int, letter: Letter) -> bool:
        arrived = datetime.fromtimestamp(letter.at, UTC).date()
        if kind == "ON":
            return arrived == day
        return arrived >= day if kind == "SINCE" else arrived < day

    return holds


def _date(text: str) -> date:
    try:
        day, month, year = text.split("-")
        return date(int(year), _MONTHS.index(month.lower()) + 1, int(day))
    except ValueError:
        raise Bad(f"{text!r} is no date") from None
