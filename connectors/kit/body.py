"""What a write carries, in the three notations tools take it in."""

import json
import secrets
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

Body = tuple[str, bytes]
NO_BODY: Body = ("", b"")


def json_body(value: object) -> Body:
    """Answer `value` as JSON."""
    return "application/json", json.dumps(value, ensure_ascii=False).encode()


def nested(record: Mapping[str, object]) -> dict[str, object]:
    """Answer a flat record as nested ones: "address.city" is city within address."""
    found: dict[str, object] = {}
    for key, value in record.items():
        *outer, last = key.split(".")
        place = found
        for step in outer:
            deeper = place.get(step)
            if not isinstance(deeper, dict):
                deeper = place[step] = {}
            place = deeper
        place[last] = value
    return found


def word(value: object) -> str:
    """Answer a value as a form's field holds it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def form_body(pairs: Iterable[tuple[str, str]], charset: str = "utf-8") -> Body:
    """Answer pairs as a form sends them by default."""
    text = urlencode(list(pairs), encoding=charset, errors="xmlcharrefreplace")
    return "application/x-www-form-urlencoded", text.encode()


def multipart_body(pairs: Iterable[tuple[str, str]], charset: str = "utf-8") -> Body:
    """Answer pairs as a form sends them that could also carry files."""
    boundary = secrets.token_hex(16)
    lines: list[str] = []
    for name, value in pairs:
        lines += [
            f"--{boundary}",
            f'Content-Disposition: form-data; name="{_quoted(name)}"',
            "",
            value,
        ]
    lines += [f"--{boundary}--", ""]
    return f"multipart/form-data; boundary={boundary}", "\r\n".join(lines).encode(
        charset, "xmlcharrefreplace"
    )


def _quoted(name: str) -> str:
    """Answer a field's name as browsers write it into a header."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
