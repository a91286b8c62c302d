"""What of a mapping a tool's own fields do not bear out, as the tool describes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from connectors.kit.message import Message, _
from connectors.kit.records import FieldInfo
from monitor.rules.mapping import FieldRule, FieldType

NEAR = 3
UNKNOWN = _("%(tool)s has no field “%(key)s” here.")
UNKNOWN_NEAR = _("%(tool)s has no field “%(key)s” here; did you mean %(near)s?")
REQUIRED = _("%(tool)s takes no record without “%(key)s” (%(label)s); map it.")
READ_ONLY = _("%(tool)s fills “%(key)s” itself, so no lead can be handed in with it.")
CHOICES = _("%(tool)s does not offer %(missing)s for “%(key)s”; it offers %(offered)s.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """One thing to mend; `key` is the mapped key, empty where one is lacking."""

    key: str
    message: Message


def misfits(
    tool: str, fields: Sequence[FieldInfo], mapping: Mapping[str, FieldRule], *, is_entry: bool
) -> list[Misfit]:
    """Answer what is wrong with `mapping`, given the tool's own fields.

    Only where leads are handed in must a mapping hold what the tool requires. The address is not
    asked for: it goes with every lead.
    """
    known = {info.key: info for info in fields}
    found = []
    for key, rule in mapping.items():
        info = known.get(key) or known.get(key.partition(".")[0])
        if info is None:
            found.append(_unknown(tool, key, fields))
        elif is_entry and not info.writable and rule.type is not FieldType.IGNORE:
            found.append(_misfit(READ_ONLY, tool, key))
        elif missing := _not_offered(rule, info):
            offered = ", ".join(_quoted(info.choices))
            values = {"missing": ", ".join(_quoted(missing)), "offered": offered}
            found.append(_misfit(CHOICES, tool, key, **values))
    if is_entry:
        found += [
            Misfit(key="", message=_misfit(REQUIRED, tool, info.key, label=info.label).message)
            for info in fields
            if info.required and info.writable and info.kind != "email" and info.key not in mapping
        ]
    return found


def _unknown(tool: str, key: str, fields: Sequence[FieldInfo]) -> Misfit:
    """Answer the sentence for a key there is none of, with the nearest by key or by label."""
    names = {name.casefold(): info.key for info in fields for name in (info.label, info.key)}
    close = get_close_matches(key.casefold(), names, n=NEAR)
    near = dict.fromkeys(names[name] for name in close)
    if near:
        return _misfit(UNKNOWN_NEAR, tool, key, near=", ".join(_quoted(near)))
    return _misfit(UNKNOWN, tool, key)


def _not_offered(rule: FieldRule, info: FieldInfo) -> list[str]:
    """Answer the values this rule writes that the tool does not take."""
    if rule.type is not FieldType.CHOICE or not info.choices:
        return []
    offered = {choice.casefold() for choice in info.choices}
    written = map(str, rule.choices.values())
    return [value for value in written if value.casefold() not in offered]


def _misfit(text: str, tool: str, key: str, **values: str) -> Misfit:
    return Misfit(key=key, message=Message(text, {"tool": tool, "key": key, **values}))


def _quoted(names: Iterable[str]) -> list[str]:
    return [f"“{name}”" for name in names]
