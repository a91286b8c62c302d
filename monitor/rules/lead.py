"""Synthetic leads: minted so that every damage shows, and recognised wherever they turn up."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from hashlib import sha256

from monitor.rules.extras import Extra
from monitor.rules.personas import MANNERS, Persona
from monitor.rules.recognise import LETTERS, SYLLABLES, VOWELS, Recogniser, tag_in

__all__ = ["ROTATION", "BadLead", "Extra", "Persona", "Recogniser", "handles", "mint", "tag_of"]

ROTATION = (Persona.PLAIN, Persona.INTERNATIONAL, Persona.PUNCTUATED, Persona.LONG)

# What tells a lead from a stranger cannot be pinned: pinned values look alike in every lead.
IDENTITY = frozenset({"email", "first_name", "last_name", "full_name"})

_TAGS = (len(LETTERS) * len(VOWELS)) ** SYLLABLES
# Coprime to the number of tags, so that no number shares its tag and neighbours look unlike.
_STRIDE, _START = 46_692_016_091, 31_415_926_535
_TRIES = 400
_FIRST_YEAR = 2031


class BadLead(ValueError):
    """A lead cannot be minted like this; the sentence says how to mend it."""


def tag_of(number: int) -> str:
    """Answer the tag with this number: a lower-case word of twelve letters, never the same twice.

    Numbers count round at 65 ** 6, some 75 thousand million.
    """
    return _word((number * _STRIDE + _START) % _TAGS, SYLLABLES)


def mint(
    tag: str,
    persona: Persona,
    *,
    address: str,
    pins: Mapping[str, str] | None = None,
    extras: Mapping[str, Extra] | None = None,
    avoid: Collection[str] = (),
) -> dict[str, str]:
    """Answer the lead of this tag: always the same one for the same arguments.

    `address` is the owner's: "leads@shop.example" is plus-addressed, "*@shop.example" is a
    catch-all. `pins` fixes values, never names or the email. `extras` are fields of the chain's
    own. `avoid` lists phone numbers that must not come again.
    """
    pins = pins or {}
    for name in IDENTITY & pins.keys():
        raise BadLead(f'"{name}" cannot be pinned: it tells whose lead it is. Take the pin away.')
    return _Mint(tag, persona, frozenset(avoid)).lead(_email(tag, address), pins, extras or {})


def handles(lead: Mapping[str, str]) -> tuple[str, ...]:
    """Answer the values to search this lead by: its email, then the surname with the tag in it."""
    named = (lead.get(name, "") for name in ("last_name", "full_name"))
    return (lead["email"], *(name for name in named if tag_in(name)))[:2]


class _Mint:
    """The values of one lead, each chosen so that none is found inside another."""

    def __init__(self, tag: str, persona: Persona, avoid: frozenset[str]) -> None:
        self._tag = tag
        self._manner = MANNERS[persona]
        self._avoid = avoid
        self._lead: dict[str, str] = {}
        self._days: set[frozenset[int]] = set()

    def lead(
        self, email: str, pins: Mapping[str, str], extras: Mapping[str, Extra]
    ) -> dict[str, str]:
        manner, word = self._manner, self._word("word")
        self._lead = {"email": email, "consent": "true", **pins}
        self._put("last_name", [manner.last_name.format(name=self._tag.capitalize())])
        self._put("first_name", self._from("first_name", manner.first_names))
        self._put("phone", self._phones())
        self._put("company", [manner.company.format(word=word)])
        self._put("street", self._streets(self._word("street")))
        self._put("postcode", (f"0{self._digits('postcode', 4, at)}" for at in range(_TRIES)))
        self._put("city", self._from("city", manner.cities))
        self._put("country", self._from("country", manner.countries))
        self._put("website", [manner.website.format(word=self._word("site").lower())])
        self._put("message", [manner.message.format(word=self._word("message"))])
        self._put("topic", ["quote", "booking", "support"])
        self._put("date", [self._day("date").isoformat()])
        self._put("datetime", [self._moment()])
        self._put("amount", self._amounts())
        self._put("quantity", self._numbers("quantity"))
        for name, extra in extras.items():
            self._put(name, self._extra(name, extra))
        first, last = self._lead["first_name"], self._lead["last_name"]
        return {**self._lead, "full_name": f"{first} {last}", **pins}

    def _put(self, name: str, candidates: "Iterator[str] | Collection[str]") -> None:
        """Take the first candidate that neither holds another value nor is held by one."""
        if name in self._lead:
            return
        taken = [value.casefold() for value in self._lead.values()]
        chosen = ""
        for candidate in candidates:
            chosen = candidate
            folded = candidate.casefold()
            if not any(folded in value or value in folded for value in taken):
                break
        self._lead[name] = chosen

    def _number(self, name: str, limit: int, at: int = 0) -> int:
        digest = sha256(f"{self._tag}/{name}/{at}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % limit

    def _digits(self, name: str, count: int, at: int) -> str:
        """Answer digits that end in none of 0, so that cutting one off always shows."""
        number = self._number(name, 9 * 10 ** (count - 1), at)
        return f"{number // 9:0{count - 1}}{number % 9 + 1}"

    def _word(self, name: str) -> str:
        return _word(self._number(name, 65**4), 4).capitalize()

    def _from(self, name: str, choices: Collection[str]) -> list[str]:
        ordered = list(choices)
        first = self._number(name, len(ordered))
        return ordered[first:] + ordered[:first]

    def _phones(self) -> Iterator[str]:
        ranges = self._manner.phones
        for at in range(_TRIES):
            prefix, digits = ranges[self._number("range", len(ranges), at)]
            phone = f"{prefix}{self._number('phone', 10**digits, at):0{digits}}"
            if phone not in self._avoid:
                yield phone

    def _streets(self, word: str) -> Iterator[str]:
        for at in range(_TRIES):
            number = self._digits("number", 2, at)
            yield self._manner.street.format(number=number, word=word)

    def _amounts(self) -> Iterator[str]:
        for at in range(_TRIES):
            whole = 1000 + self._number("amount", 8900, at)
            yield f"{whole}.{self._digits('cents', 2, at)} EUR"

    def _numbers(self, name: str) -> Iterator[str]:
        for at in range(_TRIES):
            yield f"{1 + self._number(name, 9, at)}{self._digits(name, 2, at)}"

    def _day(self, name: str) -> date:
        """Answer a day whose day and month can change places, unlike all days chosen before."""
        at = 0
        while True:
            month, number = (1 + self._number(f"{name}/{part}", 12, at) for part in "md")
            at += 1
            pair = frozenset({month, number})
            if month != number and (pair not in self._days or at > _TRIES):
                self._days.add(pair)
                return date(_FIRST_YEAR + self._number(f"{name}/y", 5), month, number)

    def _moment(self) -> str:
        # In the middle of the day, so that it is the same day in nearly every zone.
        hour, minute = 10 + self._number("hour", 6), 11 + self._number("minute", 48)
        return f"{self._day('datetime').isoformat()}T{hour}:{minute}:00+02:00"

    def _extra(self, name: str, extra: Extra) -> "Iterator[str] | list[str]":
        if extra.kind == "text":
            return [f"{self._word(name)} {self._word(name + '/second').lower()}"]
        if extra.kind == "number":
            return self._numbers(name)
        if extra.kind == "date":
            return [self._day(name).isoformat()]
        return self._from(name, extra.choices)


def _email(tag: str, address: str) -> str:
    local, at, domain = address.strip().rpartition("@")
    if not local or not at or "." not in domain or re.search(r"\s|@", local):
        raise BadLead(
            f'"{address}" is no address to send leads from: write one you read, such as'
            ' "leads@shop.example", or "*@shop.example" for a catch-all.'
        )
    if local == "*":
        return f"{tag}@{domain}"
    return f"{local}{'-' if '+' in local else '+'}{tag}@{domain}"


def _word(number: int, syllables: int) -> str:
    word = ""
    for _place in range(syllables):
        number, syllable = divmod(number, len(LETTERS) * len(VOWELS))
        letter, vowel = divmod(syllable, len(VOWELS))
        word += LETTERS[letter] + VOWELS[vowel]
    return word
