"""A Jotform form's questions and answers: a compound one is as many fields as it has parts."""

from collections.abc import Iterator, Mapping

from connectors.kit.answer import Piece
from connectors.kit.records import FieldInfo

# What shows and asks nothing.
SILENT = ("control_head", "control_button", "control_text", "control_image", "control_divider",
          "control_collapse", "control_pagebreak", "control_captcha")  # fmt: skip
KINDS = {"control_email": "email", "control_phone": "phone", "control_fullname": "name",
         "control_number": "number", "control_spinner": "number", "control_dropdown": "choice",
         "control_radio": "choice"}  # fmt: skip
PARTS: Mapping[str, tuple[str, ...]] = {
    "control_fullname": ("first", "last"),
    "control_phone": ("full", "country", "area", "phone"),
    "control_address": ("addr_line1", "addr_line2", "city", "state", "postal", "country"),
    "control_datetime": ("year", "month", "day", "hour", "min"),
}
# Compound answers that also read as one line of plain text.
LINES = ("control_fullname", "control_phone")
# Parts of a name that are there only where the form shows them.
SHOWN = ("prefix", "middle", "suffix")


def described(questions: Piece) -> list[FieldInfo]:
    """Answer the fields of a form, in its own order of question numbers."""
    numbers = questions.value if isinstance(questions.value, Mapping) else {}
    return [field for number in numbers for field in _fields(number, questions.at(number))]


def _fields(number: str, question: Piece) -> Iterator[FieldInfo]:
    kind, label = question.maybe_text("type"), question.maybe_text("text")
    if kind in SILENT:
        return
    required = question.maybe_text("required") == "Yes"
    means = KINDS.get(kind, "text")
    shown = [part for part in SHOWN if question.maybe_text(part) == "Yes"]
    parts = [*PARTS.get(kind, ()), *(shown if kind == "control_fullname" else [])]
    for part in parts:
        # A form asks for the first and the last name, and is content with either kind of phone.
        asked = required and part in ("first", "last")
        yield FieldInfo(
            key=f"{number}.{part}", label=f"{label}: {part}", kind=means, required=asked
        )
    if not parts:
        options = question.maybe_text("options") if means == "choice" else ""
        choices = tuple(filter(None, options.split("|")))
        yield FieldInfo(
            key=number,
            label=label,
            kind=means if choices or means != "choice" else "text",
            required=required,
            choices=choices,
        )


def field_name(key: str) -> str:
    """Answer what a key is called in a submission: 3.first is submission[3][first]."""
    return "submission" + "".join(f"[{part}]" for part in key.split("."))


def value_at(submission: Piece, key: str) -> object:
    """Answer an answer or a part of it; a name or phone asked for whole reads as one line."""
    question, dot, part = key.partition(".")
    answer = submission.maybe(f"answers.{question}.answer{dot}{part}")
    if answer is None or not isinstance(answer.value, Mapping):
        return answer.value if answer else None
    if submission.maybe_text(f"answers.{question}.type") in LINES:
        return submission.maybe_text(f"answers.{question}.prettyFormat")
    return answer.value
