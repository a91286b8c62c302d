"""The mail a business sends to a new customer: written from a lead's values, and read back."""

import re
from collections.abc import Mapping
from typing import Any

SENDER = "hello@business.test"
_LABELS = re.compile(r"^([A-Z][a-z]+(?: [a-z]+)*): (.*)$")


def label(name: str) -> str:
    """Answer what a lead field is called in a letter."""
    return name.replace("_", " ").capitalize()


def compose(values: Mapping[str, Any]) -> tuple[str, str]:
    """Answer subject and body; the message stands last, for it may have several lines."""
    name = values.get("first_name") or values.get("full_name") or "friend"
    subject = f"Welcome, {name}!"
    lines = [f"Hello {name},", "", "thank you for writing to us. This is what we noted:", ""]
    lines += [
        f"{label(key)}: {value}"
        for key, value in values.items()
        if key != "message" and value not in (None, "")
    ]
    if values.get("message"):
        lines += ["", "Message:", str(values["message"])]
    return subject, "\n".join([*lines, "", "-- ", "Your favourite small business", ""])


def pattern(name: str) -> str:
    """Answer the regular expression that reads one lead field out of a letter."""
    if name == "message":
        return r"^Message:\n((?s:.+?))\n\n-- ?$"
    return rf"^{label(name)}: (.*)$"


def read(body: str) -> dict[str, str]:
    """Answer the values a letter tells."""
    text = body.replace("\r\n", "\n").partition("\n-- \n")[0]
    head, _, message = text.partition("\nMessage:\n")
    values = {}
    for line in head.splitlines():
        found = _LABELS.match(line)
        if found:
            values[found[1].lower().replace(" ", "_")] = found[2]
    if message:
        values["message"] = message.rstrip("\n")
    return values
