"""What a record can hold, as text: unwrapped, with one line ending and one Unicode form."""

import json
import re
import unicodedata

_UNSEEN = "\ufeff\u200b\u2060"
_DEEPEST = 8
# CR LF, also as it comes out where it was put in twice, and a lone CR.
_LINE_ENDS = re.compile(r"\r+\n|\r")


def unwrap(value: object) -> object:
    """Answer the item of a one-item list, anything else as it is."""
    level = 0
    while isinstance(value, list | tuple) and len(value) == 1 and level < _DEEPEST:
        value = value[0]
        level += 1
    return value


def is_blank(value: object) -> bool:
    """Whether the tool shows nothing here: null, an empty value or only white space."""
    if value is None or (isinstance(value, list | tuple | dict) and not value):
        return True
    return isinstance(value, str) and not normal(value)


def text_of(value: object) -> str:
    """Answer any JSON value as a person would see it in a field."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    try:
        return str(value) if isinstance(value, int | float) else json.dumps(value, default=str)
    except (ValueError, TypeError, RecursionError):
        # a number of thousands of digits, or keys that are no text
        return type(value).__name__


def normal(text: str) -> str:
    """Answer `text` without what never counts: outer white space, CR, the Unicode normal form."""
    text = text.strip().strip(_UNSEEN).strip()
    if "\r" in text:
        text = _LINE_ENDS.sub("\n", text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)
