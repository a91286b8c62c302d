"""Whether one text is another after encoding damage: letter by letter, all known ways."""

import html
import unicodedata
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import lru_cache
from html.entities import codepoint2name
from itertools import product
from urllib.parse import quote, unquote, unquote_plus

_LONGEST = 20_000
_MOST_READINGS = 64
_OTHER_CODECS = ("cp437", "cp850", "mac_roman", "cp1250", "cp1251", "iso-8859-2", "iso-8859-15")
_PLAIN_LETTERS = {
    "ß": ("ss",),
    "ẞ": ("SS",),
    "ø": ("o", "oe"),
    "Ø": ("O", "Oe", "OE"),
    "æ": ("ae",),
    "Æ": ("Ae", "AE"),
    "œ": ("oe",),
    "Œ": ("Oe", "OE"),
    "ł": ("l",),
    "Ł": ("L",),
    "đ": ("d",),
    "Đ": ("D",),
    "ð": ("d",),
    "þ": ("th",),
    "ı": ("i",),
    "ä": ("ae",),
    "ö": ("oe",),
    "ü": ("ue",),
    "Ä": ("Ae", "AE"),
    "Ö": ("Oe", "OE"),
    "Ü": ("Ue", "UE"),
    "å": ("aa",),
    "Å": ("Aa", "AA"),
    "’": ("'",),
    "‘": ("'",),
    "“": ('"',),
    "”": ('"',),
    "–": ("-",),
    "—": ("-", "--"),
    "…": ("...",),
}


class Way(StrEnum):
    """What a program puts for letters it cannot write: so many marks a letter, or nothing."""

    NONE = "none"
    LETTERS = "a mark a letter"
    UNITS = "a mark a UTF-16 unit"
    BYTES = "a mark a UTF-8 byte"
    GONE = "nothing"


def is_encoding_damage(expected: str, seen: str) -> bool:
    """Whether `seen` is `expected` with letters broken by encoding, wholly or here and there."""
    if expected == seen or len(expected) > _LONGEST or len(seen) > _LONGEST * 4:
        return False
    ways = [Way.NONE]
    if "?" in seen or "\ufffd" in seen:
        ways += [Way.LETTERS, Way.UNITS, Way.BYTES]
    if len(seen) < len(expected):
        ways.append(Way.GONE)
    return any(_becomes(expected, seen, way) for way in ways)


def _becomes(expected: str, seen: str, way: Way) -> bool:
    ends = {0}
    for letter in expected:
        ends = {
            end + len(form)
            for end in ends
            for form in _forms(letter, way)
            if seen.startswith(form, end)
        }
        # so many ways to read one text are no evidence, and would take hours to follow
        if not 0 < len(ends) <= _MOST_READINGS:
            return False
    return len(seen) in ends


def undone(seen: str) -> Iterator[str]:
    """Answer what `seen` may have been before its letters were escaped or misread."""
    for undo in (html.unescape, unquote, unquote_plus, _reread("cp1252"), _reread("latin-1")):
        once = undo(seen)
        if once != seen:
            yield once
            twice = undo(once)
            if twice != once:
                yield twice


def _reread(codec: str) -> Callable[[str], str]:
    def undo(text: str) -> str:
        try:
            return text.encode(codec).decode("utf-8")
        except UnicodeError:
            return text

    return undo


@lru_cache(maxsize=8192)
def _forms(letter: str, way: Way) -> tuple[str, ...]:
    """Answer all that one letter is known to turn into, itself included."""
    forms = {letter} | _escapes(letter) | _marks(letter, way)
    if not letter.isascii():
        forms |= _mojibake(letter) | _stripped(letter)
    if letter == "+":
        forms.add(" ")
    # tools trim and collapse the no-break spaces that mojibake brings
    forms |= {form.replace("\xa0", " ") for form in forms} | {form.rstrip() for form in forms}
    return tuple(forms if way is Way.GONE and _may_vanish(letter) else forms - {""})


def _may_vanish(letter: str) -> bool:
    return not letter.isascii() and unicodedata.category(letter)[0] in "LSMC"


def _marks(letter: str, way: Way) -> set[str]:
    counts = {
        Way.NONE: 0,
        Way.LETTERS: 1,
        Way.UNITS: len(letter.encode("utf-16-be", "surrogatepass")) // 2,
        Way.BYTES: len(_bytes(letter)),
        Way.GONE: 0,
    }
    if letter.isascii() and not letter.isalpha() and letter not in "'\"&<>`":
        return set()
    return {mark * counts[way] for mark in "?\ufffd"}


def _escapes(letter: str) -> set[str]:
    if letter.isascii() and letter.isalnum():
        return set()
    code = ord(letter)
    entities = {f"&#{code};", f"&#x{code:x};", f"&#x{code:X};", f"&#{code:03};"}
    if code in codepoint2name:
        entities.add(f"&{codepoint2name[code]};")
    entities |= {"&apos;"} if letter == "'" else set()
    entities |= {entity.replace("&", "&amp;") for entity in entities}
    percent = "".join(f"%{byte:02X}" for byte in _bytes(letter))
    percents = {percent, percent.lower(), quote(percent), quote(percent.lower())}
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    unicode = "".join(rf"\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    found = entities | percents | {unicode, unicode.upper().replace("U", "u")}
    if letter == " ":
        found |= {"+", "&nbsp;"}
    if letter == "\n":
        found |= {"%0D%0A", "%0d%0a", "&#13;&#10;", "<br>", "<br/>", "<br />", "\\n", "\\r\\n"}
    return found


def _bytes(letter: str) -> bytes:
    return letter.encode("utf-8", "surrogatepass")


def _readings(raw: bytes) -> set[str]:
    """Answer how UTF-8 is misread as one of the Western eight-bit codes."""
    return {
        raw.decode("latin-1"),
        "".join(_western(byte) for byte in raw),
        raw.decode("cp1252", "ignore"),
        raw.decode("cp1252", "replace"),
        raw.decode("cp1252", "replace").replace("\ufffd", "?"),
    }


def _western(byte: int) -> str:
    # browsers and Java keep the five bytes that cp1252 leaves undefined
    return bytes([byte]).decode("cp1252", "ignore") or chr(byte)


def _mojibake(letter: str) -> set[str]:
    raw = _bytes(letter)
    once = _readings(raw)
    twice = {again for text in once for again in _readings(_bytes(text))}
    other = {raw.decode(codec, "replace") for codec in _OTHER_CODECS}
    for written, read in product(("cp1252", "utf-8"), _OTHER_CODECS):
        other.add(letter.encode(written, "ignore").decode(read, "ignore"))
    return {form for form in once | twice | other if form}


def _stripped(letter: str) -> set[str]:
    bare = "".join(
        part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part)
    )
    return {bare, *_PLAIN_LETTERS.get(letter, ())}
