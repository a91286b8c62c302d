"""Whose lead a record is: known by its email, or by the tag anywhere in it."""

import re
from collections.abc import Iterator, Mapping

# A tag is six syllables of these: no word of a customer's is spelled so by chance, and one
# pattern finds them all.
LETTERS = "bdgjklmnprstv"
VOWELS = "aeiou"
SYLLABLES = 6

_TAG_LENGTH = 2 * SYLLABLES
_SYLLABLES = re.compile(f"(?:[{LETTERS}][{VOWELS}]){{{SYLLABLES},}}", re.IGNORECASE)
_EMAIL_WEIGHT = 3
_DEEPEST = 8


class Recogniser:
    """Tells whose lead a record is, among many leads at once.

    `leads` is keyed by tag. A whole email address weighs as much as three other values with a
    lead's tag, so where one value leaked from another lead the record stays with its own; the
    first value decides a draw. A phone never identifies.
    """

    def __init__(self, leads: Mapping[str, Mapping[str, str]]) -> None:
        self._tags = {tag.lower(): tag for tag in leads}
        self._emails = {
            lead["email"].lower(): tag for tag, lead in leads.items() if lead.get("email")
        }

    def owner(self, record: Mapping[str, object]) -> str | None:
        """Answer the tag of the lead this record belongs to, None where it is nobody's of ours."""
        weights: dict[str, int] = {}
        for text in _texts(record, _DEEPEST):
            tag = self._emails.get(text.strip().lower())
            if tag is not None:
                weights[tag] = weights.get(tag, 0) + _EMAIL_WEIGHT
                continue
            for tag in {self._tags[found] for found in _tags_in(text) if found in self._tags}:
                weights[tag] = weights.get(tag, 0) + 1
        return max(weights, key=weights.__getitem__) if weights else None


def tag_in(text: str) -> str:
    """Answer the first word in `text` that could be a tag, "" where there is none."""
    return next(_tags_in(text), "")


def _tags_in(text: str) -> Iterator[str]:
    for run in _SYLLABLES.finditer(text):
        syllables = run[0].lower()
        # other syllables may stand before or after the tag
        for start in range(0, len(syllables) - _TAG_LENGTH + 1, 2):
            yield syllables[start : start + _TAG_LENGTH]


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item, depth - 1)
    elif depth and isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, depth - 1)
