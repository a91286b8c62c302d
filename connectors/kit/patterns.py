"""Fields read out of a message's text by the patterns that its owner gives."""

import json
import re
from collections.abc import Mapping

from connectors.kit.errors import NeedsOwner
from connectors.kit.message import Message, _
from connectors.kit.settings import Ask, AskKind

LONGEST_TEXT = 50_000
PATTERNS = Ask(
    key="patterns",
    label="Patterns",
    kind=AskKind.JSON,
    required=False,
    help="What to read out of subject and text: for each field a regular expression with one "
    "group around the value.",
    example='{"first_name": "Hello ([^,]+),"}',
)

Patterns = Mapping[str, re.Pattern[str]]


def mapping(text: str, tool: str, key: str) -> dict[str, str]:
    """Answer the names and texts an owner entered as a JSON object for `key`."""
    message = Message(
        _("%(tool)s: %(key)s must be names and texts in JSON."), {"tool": tool, "key": key}
    )
    try:
        given: object = json.loads(text or "{}")
    except ValueError:
        raise NeedsOwner(message, where=tool) from None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise NeedsOwner(message, where=tool)
    return {str(name): str(value) for name, value in given.items()}


def compiled(text: str, tool: str) -> Patterns:
    """Answer the owner's patterns, each with the one group it needs."""
    patterns: dict[str, re.Pattern[str]] = {}
    for name, given in mapping(text, tool, PATTERNS.key).items():
        try:
            pattern = re.compile(given, re.MULTILINE)
        except re.error:
            pattern = None
        if pattern is None or pattern.groups != 1:
            text = _("%(tool)s: the pattern of %(name)s is no regular expression with one group.")
            raise NeedsOwner(Message(text, {"tool": tool, "name": name}), where=tool)
        patterns[name] = pattern
    return patterns


def read_out(patterns: Patterns, subject: str, text: str) -> dict[str, object]:
    """Answer the fields whose pattern matches subject or text; the others are absent."""
    whole = f"{subject}\n{text}".replace("\r\n", "\n")[:LONGEST_TEXT]
    found = {name: pattern.search(whole) for name, pattern in patterns.items()}
    return {name: match[1] for name, match in found.items() if match and match[1] is not None}
