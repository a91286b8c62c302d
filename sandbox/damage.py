"""What an automation can do to a lead's values on the way: each damage a small pure function."""

import random
import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox import alteration, garbling

Values = dict[str, Any]
Options = Mapping[str, Any]

TOKENS = {
    "braces": "{{%s}}",
    "brace_dollar": "{$%s}",
    "dollar_brace": "${%s}",
    "merge_tag": "*|%s|*",
    "percent": "%%%s%%",
    "brackets": "[%s]",
    "angles": "<<%s>>",
}
WORDS = ("undefined", "null", "None", "NaN", "[object Object]", "#N/A", "#REF!")
COUNTRY_CODES = re.compile(
    r"^(?:\+|00)(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})[\s.\-/]*(.*)$"
)


def fields_of(options: Options, default: str = "") -> list[str]:
    """Answer the lead fields a fault names, as `fields` or `field`."""
    named = options.get("fields") or options.get("field") or default
    names = [named] if isinstance(named, str) else list(named)
    return [str(name) for name in names if name]


def swapped(values: Values, options: Options, _others: list[Values]) -> Values:
    """Rotate the values of the named fields by one place."""
    names = fields_of(options)
    moved = [values.get(name, "") for name in names]
    return {**values, **dict(zip(names, moved[1:] + moved[:1], strict=True))}


def missing(values: Values, options: Options, _others: list[Values]) -> Values:
    """Lose a value: `how` is absent, null, empty or blank."""
    left = {"null": None, "empty": "", "blank": "   "}
    after = dict(values)
    for name in fields_of(options):
        if name in after and options.get("how", "absent") in left:
            after[name] = left[options["how"]]
        else:
            after.pop(name, None)
    return after


def misplaced(values: Values, options: Options, _others: list[Values]) -> Values:
    """Write a value into another field; its own keeps it with `keep`, else is left empty."""
    after = dict(values)
    into = str(options.get("into", ""))
    for name in fields_of(options):
        if name in values and into:
            after[into] = values[name]
            if not options.get("keep"):
                after.pop(name)
    return after


def merged(values: Values, options: Options, _others: list[Values]) -> Values:
    """Write the whole name where a part was due."""
    whole = values.get("full_name") or f"{values.get('first_name')} {values.get('last_name')}"
    return {**values, **dict.fromkeys(fields_of(options, "first_name"), whole)}


def unrendered(values: Values, options: Options, _others: list[Values]) -> Values:
    """Leave a template token or a program's word for nothing in a field."""
    style = str(options.get("variant", "braces"))
    after = dict(values)
    for name in fields_of(options):
        after[name] = TOKENS[style] % name if style in TOKENS else style
    return after


def leaked(values: Values, options: Options, others: list[Values]) -> Values:
    """Write another lead's value into a field; without another lead nothing happens."""
    after = dict(values)
    for name in fields_of(options):
        for other in reversed(others):
            if other.get(name) not in (None, "", values.get(name)):
                after[name] = other[name]
                break
    return after


def _each(
    change: Callable[[str, Options], str],
) -> Callable[[Values, Options, list[Values]], Values]:
    def damage(values: Values, options: Options, _others: list[Values]) -> Values:
        after = dict(values)
        for name in fields_of(options):
            if values.get(name) not in (None, ""):
                after[name] = change(str(values[name]), options)
        return after

    return damage


def _truncated(value: str, options: Options) -> str:
    keep = int(options.get("length", max(1, len(value) // 2)))
    return value if keep >= len(value) else value[:keep] + str(options.get("ellipsis", ""))


def _flipped_date(value: str, _options: Options) -> str:
    iso = re.match(r"^(\d{4})-(\d\d)-(\d\d)(.*)$", value, re.DOTALL)
    if iso and int(iso[3]) <= 12:
        return f"{iso[1]}-{iso[3]}-{iso[2]}{iso[4]}"
    slashed = re.match(r"^(\d\d?)([/.])(\d\d?)\2(\d{4})(.*)$", value, re.DOTALL)
    if slashed and int(slashed[1]) <= 12:
        return f"{slashed[3]}{slashed[2]}{slashed[1]}{slashed[2]}{slashed[4]}{slashed[5]}"
    return value


def _national(value: str, options: Options) -> str:
    found = COUNTRY_CODES.match(value)
    if not found:
        return value
    return found[2] if options.get("variant") == "plain" else "0" + found[2]


def _garbled(value: str, options: Options) -> str:
    return garbling.garble(value, str(options.get("variant", "")))


def _altered(value: str, options: Options) -> str:
    return alteration.alter(value, str(options.get("variant", "")))


DAMAGES: dict[str, Callable[[Values, Options, list[Values]], Values]] = {
    "swap": swapped,
    "missing": missing,
    "misplaced": misplaced,
    "merged": merged,
    "truncated": _each(_truncated),
    "garbled": _each(_garbled),
    "day_month_swapped": _each(_flipped_date),
    "country_code_lost": _each(_national),
    "unrendered": unrendered,
    "leaked": leaked,
    "altered": _each(_altered),
}


VARIANTS: dict[str, tuple[str, ...]] = {
    "garbled": tuple(garbling.VARIANTS),
    "altered": tuple(alteration.VARIANTS),
    "unrendered": (*TOKENS, *WORDS),
    "country_code_lost": ("zero", "plain"),
}


def apply(
    kind: str, values: Values, options: Options, others: list[Values], dice: random.Random
) -> Values:
    """Answer the values after the damage; equal values mean that it had nothing to bite on.

    Without a named field a swap takes name and email, and every other damage one it can change.
    """
    damage = DAMAGES[kind]
    if fields_of(options) or kind == "merged":
        return damage(values, options, others)
    if kind == "swap":
        return damage(values, {**options, "fields": ["full_name", "email"]}, others)
    names = sorted(values)
    dice.shuffle(names)
    for name in names:
        after = damage(values, {**options, "field": name}, others)
        if after != values:
            return after
    return values
