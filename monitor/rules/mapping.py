"""How one key of a tool's record goes with a lead field: read from settings, used both ways."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from monitor.rules.formats import BadFormat, Format

_REGION = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")


class FieldType(StrEnum):
    """What a value is, which decides what counts as the same value."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    MONEY = "money"
    NUMBER = "number"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    URL = "url"
    IGNORE = "ignore"


# What the fields of a minted lead are, where a rule does not say.
STANDARD: Mapping[str, FieldType] = {
    "email": FieldType.EMAIL,
    "first_name": FieldType.NAME,
    "last_name": FieldType.NAME,
    "full_name": FieldType.NAME,
    "phone": FieldType.PHONE,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "amount": FieldType.MONEY,
    "quantity": FieldType.NUMBER,
    "website": FieldType.URL,
    "topic": FieldType.CHOICE,
    "consent": FieldType.BOOLEAN,
}

# Which options a type takes beside "from", "as" and "pinned".
OPTIONS: Mapping[FieldType, frozenset[str]] = {
    FieldType.PHONE: frozenset({"region"}),
    FieldType.DATE: frozenset({"format"}),
    FieldType.DATETIME: frozenset({"format"}),
    FieldType.MONEY: frozenset({"unit", "currency"}),
    FieldType.CHOICE: frozenset({"choices"}),
    FieldType.BOOLEAN: frozenset({"choices"}),
}


class BadRule(ValueError):
    """A field rule cannot be used; the sentence names the key and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """What one record key holds: the lead field `source`, read and written as `type`.

    `pinned` values are compared, but prove no swap. `choices` is lead value → record value.
    """

    source: str
    type: FieldType = FieldType.TEXT
    region: str = ""
    format: Format | None = None
    cents: bool = False
    currency: str = ""
    choices: Mapping[str, object] = field(default_factory=dict)
    pinned: bool = False
    # Whether the lead's own letters are right here too; they are not where the record counts cents.
    verbatim: bool = field(init=False, repr=False, compare=False)
    memo: dict[str | None, object] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "verbatim", not self.cents and not self.choices)

    @classmethod
    def parse(cls, spec: Mapping[str, object]) -> "FieldRule":
        """Read a rule such as {"from": "date", "as": "date", "format": "DD/MM/YYYY"}.

        Raises BadRule with a sentence that names the key and says how to mend it.
        """
        if not isinstance(spec, Mapping):
            raise BadRule('A field rule is a mapping such as {"from": "email", "as": "email"}.')
        type_ = _type(spec)
        _refuse_unknown(spec, type_)
        return cls(
            source=_source(spec, type_),
            type=type_,
            region=_region(spec),
            format=_format(spec, type_),
            cents=_cents(spec),
            currency=_code(spec, "currency", _CURRENCY, 'a code of three letters such as "EUR"'),
            choices=_choices(spec),
            pinned=_pinned(spec),
        )

    def pin(self) -> "FieldRule":
        """Answer this rule for a value that the chain pins."""
        return replace(self, pinned=True)


def _type(spec: Mapping[str, object]) -> FieldType:
    named = spec.get("as")
    if named is None:
        return STANDARD.get(str(spec.get("from")), FieldType.TEXT)
    try:
        return FieldType(str(named))
    except ValueError:
        known = ", ".join(FieldType)
        raise BadRule(f'"as" is {named!r}, which is no type: use one of {known}.') from None


def _refuse_unknown(spec: Mapping[str, object], type_: FieldType) -> None:
    allowed = {"from", "as", "pinned"} | OPTIONS.get(type_, frozenset())
    for key in spec:
        if key not in allowed:
            raise BadRule(
                f'"{key}" means nothing for a field read as {type_}:'
                f" take it away, or use {', '.join(sorted(allowed))}."
            )


def _source(spec: Mapping[str, object], type_: FieldType) -> str:
    source = spec.get("from", "")
    if not isinstance(source, str):
        raise BadRule(f'"from" is {source!r}: write the name of a lead field, such as "email".')
    if not source and type_ is not FieldType.IGNORE:
        raise BadRule('"from" is missing: write which lead field goes here, such as "email".')
    return source


def _region(spec: Mapping[str, object]) -> str:
    region = _code(spec, "region", _REGION, 'a country code of two letters such as "GB"')
    if region == "UK":
        raise BadRule('"region" is "UK", which is no country code: write "GB".')
    return region


def _code(spec: Mapping[str, object], key: str, pattern: re.Pattern[str], mend: str) -> str:
    value = spec.get(key, "")
    if value == "":
        return ""
    code = value.upper() if isinstance(value, str) else ""
    if not pattern.fullmatch(code):
        raise BadRule(f'"{key}" is {value!r}: write {mend}.')
    return code


def _format(spec: Mapping[str, object], type_: FieldType) -> Format | None:
    value = spec.get("format")
    if value is None or value == "":
        return None
    try:
        return Format.parse(str(value), with_time=type_ is FieldType.DATETIME)
    except BadFormat as bad:
        raise BadRule(f'"format" is {value!r}: {bad}') from None


def _cents(spec: Mapping[str, object]) -> bool:
    unit = spec.get("unit")
    if unit not in (None, "", "cents"):
        raise BadRule(
            f'"unit" is {unit!r}: write "cents" if the record counts cents, or take it away.'
        )
    return unit == "cents"


def _choices(spec: Mapping[str, object]) -> Mapping[str, object]:
    choices = spec.get("choices")
    if choices is None:
        return {}
    if not isinstance(choices, Mapping) or not all(map(_is_plain, choices.values())):
        raise BadRule(
            '"choices" must be a mapping from each value of the lead to the one in the record,'
            ' such as {"quote": "1"}.'
        )
    # YAML reads bare true and yes as booleans; a lead writes them as words.
    return {_word(value): there for value, there in choices.items()}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pinned(spec: Mapping[str, object]) -> bool:
    pinned = spec.get("pinned", False)
    if not isinstance(pinned, bool):
        raise BadRule(f'"pinned" is {pinned!r}: write true or false.')
    return pinned
