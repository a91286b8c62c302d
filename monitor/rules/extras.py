"""A field that a chain adds to its leads: a text, a number, a date or a choice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ExtraKind = Literal["text", "number", "date", "choice"]
_KINDS: Mapping[str, ExtraKind] = {
    "text": "text",
    "number": "number",
    "date": "date",
    "choice": "choice",
}


class BadExtra(ValueError):
    """An extra field cannot be used; the sentence names the key and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """What a chain's own field holds; `choices` are the values to choose from."""

    kind: ExtraKind
    choices: tuple[str, ...] = ()

    @classmethod
    def parse(cls, spec: Mapping[str, object]) -> "Extra":
        """Read {"as": "number"} or {"as": "choice", "choices": ["Garden", "Hall"]}.

        Raises BadExtra with a sentence that names the key and says how to mend it.
        """
        if not isinstance(spec, Mapping):
            raise BadExtra('An extra field is a mapping such as {"as": "number"}.')
        kind = _KINDS.get(str(spec.get("as", "text")))
        if kind is None:
            raise BadExtra(f'"as" is {spec["as"]!r}: use text, number, date or choice.')
        for key in spec.keys() - {"as", "choices"}:
            raise BadExtra(f'"{key}" means nothing for an extra field: take it away.')
        return cls(kind=kind, choices=_choices(kind, spec.get("choices")))


def _choices(kind: ExtraKind, choices: object) -> tuple[str, ...]:
    if kind != "choice":
        if choices is not None:
            raise BadExtra('"choices" only goes with "as": "choice": take it away.')
        return ()
    if not isinstance(choices, list | tuple) or not choices:
        raise BadExtra('"choices" is missing: list the values, such as ["Garden", "Hall"].')
    return tuple(str(choice) for choice in choices)
