"""One fault in the fields of a record: what kind, of which lead fields, and its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from connectors.kit.message import Message, _

LONGEST = 80


class Kind(StrEnum):
    """What can happen to a field on its way; docs/reference/findings.md has a heading for each."""

    MISSING = "missing"
    SWAPPED = "swapped"
    MISPLACED = "misplaced"
    MERGED = "merged"
    TRUNCATED = "truncated"
    GARBLED = "garbled"
    DAY_MONTH_SWAPPED = "day_month_swapped"
    COUNTRY_CODE_LOST = "country_code_lost"
    UNRENDERED = "unrendered"
    LEAKED = "leaked"
    ALTERED = "altered"


_ONE: Mapping[Kind, str] = {
    Kind.MISSING: _("The %(field)s is missing: “%(expected)s” was sent and nothing arrived."),
    Kind.MISPLACED: _(
        "The %(field)s was overwritten by another value of the same lead:"
        " “%(expected)s” was sent, “%(seen)s” arrived."
    ),
    Kind.MERGED: _(
        "The whole name was put where only the %(field)s belongs:"
        " “%(expected)s” was sent, “%(seen)s” arrived."
    ),
    Kind.TRUNCATED: _("The %(field)s was cut short: “%(expected)s” arrived as “%(seen)s”."),
    Kind.GARBLED: _("The letters of the %(field)s broke: “%(expected)s” arrived as “%(seen)s”."),
    Kind.DAY_MONTH_SWAPPED: _(
        "Day and month of the %(field)s changed places: “%(expected)s” arrived as “%(seen)s”."
    ),
    Kind.COUNTRY_CODE_LOST: _(
        "The %(field)s lost its country code: “%(expected)s” arrived as “%(seen)s”."
    ),
    Kind.UNRENDERED: _(
        "A placeholder was never filled in: the %(field)s should be “%(expected)s”"
        " and reads “%(seen)s”."
    ),
    Kind.LEAKED: _(
        "The %(field)s belongs to another lead: “%(expected)s” was sent, “%(seen)s” arrived."
    ),
    Kind.ALTERED: _("The %(field)s was changed: “%(expected)s” arrived as “%(seen)s”."),
}
_LOST_ITS_PLACE = _("The %(field)s, “%(expected)s”, arrived in a place that nothing is mapped to.")
_TWO_SWAPPED = _(
    "The %(field)s and the %(other)s changed places: the %(field)s reads “%(seen)s”"
    " and the %(other)s reads “%(other_seen)s”."
)
_MORE_SWAPPED = _("The values of these fields changed places: %(fields)s.")
_MOVED = _(
    "The %(field)s was put where the %(other)s belongs: there “%(other_expected)s” was sent"
    " and “%(other_seen)s” arrived."
)
_ALL_MERGED = _("The whole name was put into one field: “%(seen)s” arrived for these: %(fields)s.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One fault. `expected` and `seen` go with `fields`, one for one, as text.

    What was absent is seen as "". In a misplaced value the first field is the one whose value
    moved, the second the one it overwrote.
    """

    kind: Kind
    fields: tuple[str, ...]
    expected: tuple[str, ...]
    seen: tuple[str, ...]

    def explain(self) -> Message:
        """Answer what happened in one sentence for the owner of the business."""
        if len(self.fields) == 1:
            return self._explain_one()
        if self.kind is Kind.MERGED:
            longest = max(self.seen, key=len)
            return Message(_ALL_MERGED, {"fields": self._names(), "seen": shown(longest)})
        if self.kind is Kind.SWAPPED and len(self.fields) > 2:
            return Message(_MORE_SWAPPED, {"fields": self._names()})
        key = _TWO_SWAPPED if self.kind is Kind.SWAPPED else _MOVED
        return Message(
            key,
            {
                "field": label(self.fields[0]),
                "seen": shown(self.seen[0]),
                "other": label(self.fields[1]),
                "other_expected": shown(self.expected[1]),
                "other_seen": shown(self.seen[1]),
            },
        )

    def _explain_one(self) -> Message:
        key = _ONE[self.kind]
        if self.kind is Kind.MISPLACED and not self.seen[0]:
            key = _LOST_ITS_PLACE
        return Message(
            key,
            {
                "field": label(self.fields[0]),
                "expected": shown(self.expected[0]),
                "seen": shown(self.seen[0]),
            },
        )

    def _names(self) -> str:
        return ", ".join(label(name) for name in self.fields)


def label(name: str) -> str:
    """Answer a lead field's name as people say it: `first_name` is "first name"."""
    return name.replace("_", " ")


def shown(value: str) -> str:
    """Answer `value` on one line and short enough for a sentence."""
    value = value.replace("\r", "").replace("\n", "↵")
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
