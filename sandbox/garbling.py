"""Encoding damage, one function a variant; a value it cannot touch comes back as it was."""

import html
import unicodedata
import urllib.parse
from collections.abc import Callable


def _mojibake(value: str) -> str:
    try:
        return value.encode().decode("cp1252")
    except UnicodeDecodeError:
        # Five bytes mean nothing in cp1252; most tools let them through as latin-1 does.
        return value.encode().decode("latin-1")


def _mojibake_twice(value: str) -> str:
    return _mojibake(_mojibake(value))


def _only_latin(value: str, instead: str) -> str:
    return "".join(char if ord(char) < 128 else instead for char in value)


def _symbols_lost(value: str) -> str:
    return "".join("?" if ord(char) > 255 else char for char in value)


def _accents_stripped(value: str) -> str:
    parts = unicodedata.normalize("NFD", value)
    return "".join(char for char in parts if not unicodedata.combining(char))


def _html_escape(value: str) -> str:
    return html.escape(value).encode("ascii", "xmlcharrefreplace").decode()


VARIANTS: dict[str, Callable[[str], str]] = {
    "mojibake": _mojibake,
    "mojibake_twice": _mojibake_twice,
    "html_escape": _html_escape,
    "url_escape": lambda value: urllib.parse.quote(value, safe=""),
    "plus_for_space": lambda value: value.replace(" ", "+"),
    "question_marks": lambda value: _only_latin(value, "?"),
    "replacement_char": lambda value: _only_latin(value, "\ufffd"),
    "symbols_lost": _symbols_lost,
    "accents_stripped": _accents_stripped,
}


def garble(value: str, variant: str = "") -> str:
    """Answer `value` garbled, by the named variant or by the first one that changes it."""
    for change in [VARIANTS[variant]] if variant else VARIANTS.values():
        after = change(value)
        if after != value:
            return after
    return value
