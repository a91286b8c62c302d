"""The leads a look is for: which records may be theirs, and which leads are still missing."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from connectors.kit.records import Lead

Thing = TypeVar("Thing")


_written = json.JSONEncoder(ensure_ascii=False).encode
_WORD = re.compile(r"[^\W_]+")


class Sought:
    """Leads by their handles. Letter case is ignored, for tools change it."""

    def __init__(self, leads: Sequence[Lead]) -> None:
        self._leads = leads
        self._found: set[str] = set()
        marks = [(mark, lead.tag) for lead in leads for mark in _marks(lead)]
        words = [(mark, tag) for mark, tag in marks if _WORD.fullmatch(mark)]
        self._phrases = [(mark, tag) for mark, tag in marks if not _WORD.fullmatch(mark)]
        self._least = min((len(mark) for mark, _tag in words), default=0)
        self._begun: dict[str, list[tuple[str, str]]] = {}
        for mark, tag in words:
            self._begun.setdefault(mark[: self._least], []).append((mark, tag))
        self._strange: set[str] = set()

    def holds(self, value: object) -> bool:
        """Whether a mark of some lead stands anywhere in `value`; that lead is then found."""
        return bool(self.tags(value))

    def tags(self, value: object) -> set[str]:
        """Answer whose marks stand anywhere in `value`, by their tags; they are then found."""
        text = (value if isinstance(value, str) else _written(value)).casefold()
        tags = {tag for mark, tag in self._phrases if mark in text}
        # Records repeat most of their words, so one that holds no mark is looked at once.
        for word in {*_WORD.findall(text)} - self._strange:
            if within := self._within(word):
                tags |= within
            else:
                self._strange.add(word)
        self._found |= tags
        return tags

    def _within(self, word: str) -> set[str]:
        """Answer whose marks stand in a word; what that costs does not grow with the leads."""
        if not self._least:
            return set()
        begun, least = self._begun, self._least
        found: set[str] = set()
        for start in range(len(word) - least + 1):
            for mark, tag in begun.get(word[start : start + least], ()):
                if word.startswith(mark, start):
                    found.add(tag)
        return found

    def missing(self) -> list[Lead]:
        """Answer the leads of which nothing was found so far, in their order."""
        return [lead for lead in self._leads if lead.tag not in self._found]


def _marks(lead: Lead) -> list[str]:
    """Answer what a text that is the lead's holds; a mark around a shorter one adds nothing."""
    marks = {mark.casefold() for mark in (*lead.handles, lead.email, lead.tag) if mark}
    return [mark for mark in marks if not any(part in mark for part in marks - {mark})]


def second_handles(leads: Iterable[Lead]) -> list[str]:
    """Answer what to search by after the email found nothing: the surnames, each once."""
    return list(dict.fromkeys(handle for lead in leads for handle in lead.handles[1:] if handle))


def portions(things: Sequence[Thing], size: int) -> Iterator[list[Thing]]:
    """Answer `things` in lists of at most `size`."""
    rest = iter(things)
    while portion := list(islice(rest, size)):
        yield portion
