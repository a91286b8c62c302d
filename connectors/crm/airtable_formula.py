"""What Airtable is asked, in its own formulas.

https://support.airtable.com/docs/formula-field-reference
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from connectors.kit.records import Lead

NOTHING = "1=0"


def holding(keys: Iterable[str], leads: Iterable[Lead]) -> str:
    """Answer what is true of a record that holds a mark of a lead in any of these cells."""
    marks = [mark.lower() for lead in leads for mark in (*lead.handles, lead.email, lead.tag)]
    wanted = "|".join(_pattern(mark) for mark in dict.fromkeys(marks) if mark)
    cells = '&" "&'.join(_named(key) for key in keys)
    return f"REGEX_MATCH(LOWER({cells}),{_quoted(wanted)})"


def known_by(ids: Iterable[str]) -> str:
    """Answer what is true of the records with these ids."""
    return f"OR({','.join(f'RECORD_ID()={_quoted(id)}' for id in ids)})"


def made_after(since: datetime) -> str:
    """Answer what is true of newer records."""
    start = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return f"IS_AFTER(CREATED_TIME(),{_quoted(start)})"


def _pattern(mark: str) -> str:
    """Answer a mark as a pattern; a sign that could mean something there matches any other."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "@-_") else "." for c in mark)


def _named(key: str) -> str:
    """Answer a field's name as formulas write it."""
    return "{" + "".join(f"\\{c}" if c in "{}\\" else c for c in key) + "}"


def _quoted(value: str) -> str:
    """Answer a text as formulas write it."""
    return '"' + "".join(f"\\{c}" if c in '"\\' else c for c in value) + '"'
