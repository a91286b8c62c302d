"""What can go wrong at a handoff of the stories, and what it is to be called. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DEADLINE = 6.0
LINGER = 4.0
LATE = 8.5
"""Later than the deadline and still inside the linger that follows it, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong: `wanted` is what the sandbox is asked for, less its target and account."""

    slug: str
    wanted: Mapping[str, Any]
    kind: str
    fields: frozenset[str] = frozenset()
    persona: str = "plain"


def _swap(slug: str, *names: str, persona: str = "plain") -> Fault:
    wanted = {"kind": "swap", "fields": list(names)}
    return Fault(slug=slug, wanted=wanted, kind="swapped", fields=frozenset(names), persona=persona)


def _damage(
    kind: str, name: str, slug: str = "", *, persona: str = "plain", **options: Any
) -> Fault:
    return Fault(
        slug=slug or f"{kind.replace('_', '-')}-{name.replace('_', '-')}",
        wanted={"kind": kind, "field": name, **options},
        kind=kind,
        fields=frozenset({name}),
        persona=persona,
    )


TIMING = (
    Fault(slug="dropped", wanted={"kind": "drop"}, kind="dropped"),
    Fault(
        slug="twice-at-once",
        wanted={"kind": "duplicate", "copies": 1, "after": 0.02},
        kind="duplicated",
    ),
    Fault(
        slug="twice-later",
        wanted={"kind": "duplicate", "copies": 1, "after": LINGER * 0.7},
        kind="duplicated",
    ),
    Fault(slug="late", wanted={"kind": "delay", "seconds": LATE}, kind="late"),
)

SWAPS = (
    _swap("name-for-email", "full_name", "email"),
    _swap("first-for-last", "first_name", "last_name"),
    _swap("city-for-street", "city", "street"),
    _swap("three-in-a-circle", "company", "city", "country"),
)

DAMAGES = (
    _damage("missing", "company", "company-absent"),
    _damage("missing", "city", "city-null", how="null"),
    _damage("missing", "country", "country-empty", how="empty"),
    _damage("missing", "street", "street-blank", how="blank"),
    Fault(
        slug="company-into-city",
        wanted={"kind": "misplaced", "field": "company", "into": "city", "keep": True},
        kind="misplaced",
        fields=frozenset({"city"}),
    ),
    Fault(
        slug="company-moved-into-city",
        wanted={"kind": "misplaced", "field": "company", "into": "city"},
        kind="misplaced",
        fields=frozenset({"company", "city"}),
    ),
    _damage("merged", "first_name"),
    _damage("truncated", "message"),
    _damage("truncated", "company", "company-cut-with-dots", length=6, ellipsis="..."),
    _damage("garbled", "message", "message-mojibake", variant="mojibake"),
    _damage("garbled", "message", "message-mojibake-twice", variant="mojibake_twice"),
    _damage("garbled", "message", "message-url-escaped", variant="url_escape"),
    _damage("garbled", "message", "message-plus-for-space", variant="plus_for_space"),
    _damage("garbled", "message", "message-symbols-lost", variant="symbols_lost"),
    _damage(
        "garbled", "city", "accents-stripped", variant="accents_stripped", persona="international"
    ),
    _damage(
        "garbled", "company", "company-html-escaped", variant="html_escape", persona="punctuated"
    ),
    _damage("day_month_swapped", "date"),
    _damage("day_month_swapped", "datetime"),
    _damage("country_code_lost", "phone", "country-code-lost", variant="zero"),
    _damage("unrendered", "company", "token-braces", variant="braces"),
    _damage("unrendered", "city", "token-merge-tag", variant="merge_tag"),
    _damage("unrendered", "country", "word-undefined", variant="undefined"),
    _damage("leaked", "company"),
    _damage("altered", "phone", "digit-changed", variant="digit"),
    _damage("altered", "company", "case-changed", variant="case"),
    _damage("altered", "message", "line-break-lost", variant="line_break"),
    _damage("altered", "last_name", "apostrophe-lost", variant="apostrophe", persona="punctuated"),
    _damage("altered", "amount", "times-hundred", variant="times_100"),
    _damage("altered", "amount", "rounded", variant="rounded"),
    _damage("altered", "postcode", "leading-zero-lost", variant="leading_zero"),
    _damage("altered", "datetime", "zone-shifted", variant="shifted_zone"),
    _damage("altered", "datetime", "time-lost", variant="lost_time"),
    _damage("altered", "consent", "consent-flipped", variant="flipped"),
)

ONE_A_KIND = frozenset(
    {
        "dropped", "twice-later", "late", "name-for-email", "company-absent",
        "company-moved-into-city", "merged-first-name", "truncated-message",
        "message-mojibake", "day-month-swapped-date", "country-code-lost", "token-braces",
        "leaked-company", "leading-zero-lost",
    }
)  # fmt: skip
"""The faults that stand for their kind where the full matrix is not run."""


def fault(slug: str) -> Fault:
    """Answer the fault of this name."""
    return next(fault for fault in (*TIMING, *SWAPS, *DAMAGES) if fault.slug == slug)
