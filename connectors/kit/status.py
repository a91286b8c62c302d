"""What a tool's status, or its silence, means for whoever asked: one error for each."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connectors.kit.answer import Answer, Origin
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused, ToolError, TryLater
from connectors.kit.headers import Headers
from connectors.kit.message import Message, Value, _

LONGEST_WAIT = 24 * 3600.0
LONGEST_REASON = 200
# Statuses by which a tool says "not now" before it did anything.
BUSY = frozenset({408, 425, 429})
# Where tools put the sentence that says why.
REASONS = ("Elements", "ValidationErrors", "data", "message", "detail", "Detail", "Message",
           "error_description", "title", "error", "errors", "Fault", "fault", "Error")  # fmt: skip
# Where they list what is wrong with each field.
DETAILS = ("validation_messages", "errors")

UNSENT = {
    "name": _("%(tool)s cannot be reached: its name %(host)s is not known."),
    "certificate": _("%(tool)s cannot be reached: its certificate is not valid for %(host)s."),
    "connect": _("%(tool)s cannot be reached: it took no connection."),
    "time": _("%(tool)s cannot be reached: it took no connection in time."),
}
SILENT = {
    "time": _("%(tool)s did not answer in time."),
    "closed": _("%(tool)s closed the connection without an answer."),
    "broken": _("%(tool)s sent an answer that breaks off or is no HTTP."),
}
UNKNOWN = {
    "time": _("%(tool)s did not answer in time; whether it took the record is not known."),
    "closed": _("%(tool)s closed the connection; whether it took the record is not known."),
    "broken": _("%(tool)s answered in pieces; whether it took the record is not known."),
}


DENIED = {
    401: _("%(tool)s does not accept the credentials; enter new ones. It says: %(reason)s"),
    403: _("%(tool)s does not allow this with these credentials; give them the rights that its "
           "guide names. It says: %(reason)s"),
}  # fmt: skip


def silence(origin: Origin, reason: str, host: str, *, sent: bool) -> ToolError:
    """Answer the error for a call that got no answer."""
    values: dict[str, Value] = {"tool": origin.tool, "host": host}
    if not sent:
        return TryLater(Message(UNSENT[reason], values), where=origin.where)
    if origin.wrote:
        return OutcomeUnknown(Message(UNKNOWN[reason], values), where=origin.where)
    return TryLater(Message(SILENT[reason], values), where=origin.where)


def failure(answer: Answer, secrets: Iterable[str], now: datetime) -> ToolError:
    """Answer the error that the status of `answer`, not a success, stands for."""
    origin, status = answer.origin, answer.status
    if status in BUSY:
        return busy(answer, now)
    if status >= 500:
        return _broke(answer, now)
    if status < 400:
        return _elsewhere(origin)
    values: dict[str, Value] = {
        "tool": origin.tool,
        "status": status,
        "reason": reason(answer.body, secrets),
    }
    if status in (401, 403):
        message = Message(DENIED[status], values)
        return NeedsOwner(message, status=status, where=origin.where)
    if status == 409 and origin.wrote:
        return known(answer, secrets)
    message = Message(_("%(tool)s refused this (%(status)s): %(reason)s"), values)
    return Refused(message, status=status, where=origin.where)


def known(answer: Answer, secrets: Iterable[str]) -> OutcomeUnknown:
    """Answer the error for a write that met a record like its own: an earlier one, or another's."""
    values: dict[str, Value] = {
        "tool": answer.origin.tool,
        "status": answer.status,
        "reason": reason(answer.body, secrets),
    }
    text = _("%(tool)s says that there is such a record already (%(status)s): %(reason)s")
    return OutcomeUnknown(Message(text, values), status=answer.status, where=answer.origin.where)


def busy(answer: Answer, now: datetime) -> TryLater:
    """Answer the error for a tool that asks us to come back later."""
    message = Message(
        _("%(tool)s asks for a pause (%(status)s)."),
        {"tool": answer.origin.tool, "status": answer.status},
    )
    after = retry_after(answer.headers, now)
    return TryLater(message, after=after, status=answer.status, where=answer.origin.where)


def _broke(answer: Answer, now: datetime) -> ToolError:
    origin = answer.origin
    values: dict[str, Value] = {"tool": origin.tool, "status": answer.status}
    if origin.wrote:
        text = _("%(tool)s broke down (%(status)s); whether it took the record is not known.")
        return OutcomeUnknown(Message(text, values), status=answer.status, where=origin.where)
    message = Message(_("%(tool)s broke down (%(status)s)."), values)
    after = retry_after(answer.headers, now)
    return TryLater(message, after=after, status=answer.status, where=origin.where)


def _elsewhere(origin: Origin) -> ToolError:
    """Answer the error for a redirect: none is followed, so a secret goes to no other host."""
    values: dict[str, Value] = {"tool": origin.tool, "status": origin.status}
    text = _("%(tool)s sends us on to another address (%(status)s); enter the final address.")
    error = OutcomeUnknown if origin.wrote else Refused
    return error(Message(text, values), status=origin.status, where=origin.where)


def retry_after(headers: Headers, now: datetime) -> float | None:
    """Answer the seconds that Retry-After asks for, in seconds or by a date; None without one."""
    value = headers.get("Retry-After").strip()
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return min(float(value), LONGEST_WAIT)
    moment = http_date(value)
    if moment is None:
        return None
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_WAIT)


def http_date(value: str) -> datetime | None:
    """Answer the moment of an HTTP date in UTC, None for what is none."""
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def reason(body: bytes, secrets: Iterable[str]) -> str:
    """Answer the tool's own words for a refusal, short and with every secret blacked out."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    said, more = _said(told), _detail(told)
    said = " ".join((said if more in said else f"{said} {more}").split())
    for secret in secrets:
        said = said.replace(secret, "•••") if secret else said
    if len(said) > LONGEST_REASON:
        said = said[: LONGEST_REASON - 1] + "…"
    return said or _("no reason given")


def _detail(told: object) -> str:
    """Answer what is wrong with the first field, where a tool keeps that apart from its reason."""
    found = [told.get(key) for key in DETAILS] if isinstance(told, Mapping) else []
    listed = [[*one.values()] if isinstance(one, Mapping) else one for one in found]
    return next(filter(None, map(_said, listed)), "")


def _said(value: object) -> str:
    """Answer the first sentence found where tools put it."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        found: Sequence[object] = [value[key] for key in REASONS if value.get(key)]
    elif isinstance(value, list):
        found = value[:3]
    else:
        return ""
    return next(filter(None, map(_said, found)), "")
