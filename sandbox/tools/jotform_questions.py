"""The questions of the business's Jotform form: their types, parts, and how answers read."""

from collections.abc import Mapping
from typing import Any

# Question id: name, type, text, whether it must be answered. The API asks for none of them.
QUESTIONS: Mapping[str, tuple[str, str, str, bool]] = {
    "1": ("heading", "control_head", "Ask us anything", False),
    "2": ("submit2", "control_button", "Submit", False),
    "3": ("name", "control_fullname", "Full Name", True),
    "4": ("email", "control_email", "E-mail", True),
    "5": ("phoneNumber", "control_phone", "Phone Number", False),
    "6": ("message", "control_textarea", "Message", False),
    "7": ("company", "control_textbox", "Company", False),
    "8": ("address", "control_address", "Address", False),
    "9": ("wholeName", "control_textbox", "Name as you would write it", False),
    "10": ("date", "control_textbox", "Day", False),
    "11": ("datetime", "control_textbox", "Day and time", False),
    "12": ("amount", "control_textbox", "Budget", False),
    "13": ("quantity", "control_number", "How many", False),
    "14": ("website", "control_textbox", "Website", False),
    "15": ("topic", "control_dropdown", "Topic", False),
    "16": ("consent", "control_radio", "May we call you", False),
}
OPTIONS = {"15": "quote|booking|support|other", "16": "true|false"}
PARTS: Mapping[str, tuple[str, ...]] = {
    "control_fullname": ("prefix", "first", "middle", "last", "suffix"),
    "control_phone": ("country", "area", "phone", "full"),
    "control_address": ("addr_line1", "addr_line2", "city", "state", "postal", "country"),
}
EMAIL = "4"


def describe() -> dict[str, dict[str, str]]:
    """Answer the questions as the API lists them."""
    return {qid: _question(qid) for qid in QUESTIONS}


def known(qid: str, part: str) -> bool:
    """Answer whether the form has this question, or this part of it."""
    if qid not in QUESTIONS:
        return False
    parts = PARTS.get(QUESTIONS[qid][1], ())
    return part in parts if part else not parts


def answers(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Answer a submission's answers: every question is there, "answer" only where there is one."""
    return {qid: _answered(qid, given.get(qid)) for qid in QUESTIONS}


def _question(qid: str) -> dict[str, str]:
    name, kind, text, required = QUESTIONS[qid]
    told = {"qid": qid, "name": name, "order": qid, "text": text, "type": kind}
    if kind in ("control_head", "control_button"):
        return told
    told["required"] = "Yes" if required else "No"
    if qid in OPTIONS:
        told["options"] = OPTIONS[qid]
    if kind == "control_fullname":
        told |= {"prefix": "No", "middle": "No", "suffix": "No"}
    return told


def _answered(qid: str, given: object) -> dict[str, Any]:
    name, kind, text, _required = QUESTIONS[qid]
    told: dict[str, Any] = {"name": name, "order": qid, "text": text, "type": kind}
    if not given:
        return told
    told["answer"] = given
    if isinstance(given, dict):
        parts = [str(given[part]) for part in PARTS[kind] if given.get(part)]
        told["prettyFormat"] = ("<br>" if kind == "control_address" else " ").join(parts)
    return told
