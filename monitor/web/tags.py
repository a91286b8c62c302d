"""What templates say beside Django's own tags: messages, times, glyphs, states and links."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.template import Context, Library
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from connectors.kit.message import Message
from monitor.engine.stored import read_message
from monitor.pages.link import Link
from monitor.pages.rail import Line, Rail
from monitor.pages.sign import Sign
from monitor.rules.finding import span as span_text
from monitor.web.glyphs import GLYPHS

register = Library()

NOW = 5
UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


@register.filter
def say(message: Message | Mapping[str, Any] | None) -> str:
    """Answer a sentence in the reader's language."""
    found = message if isinstance(message, Message) else read_message(message or {})
    return found.render(gettext) if found else ""


@register.filter
def seconds(value: float | None) -> str:
    """Answer a length of time: "38 s"."""
    return "" if value is None else span_text(timedelta(seconds=value))


@register.simple_tag
def glyph(name: str) -> SafeString:
    """Draw a sign; the word beside it says the same."""
    return format_html(
        '<svg class="glyph" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>',
        GLYPHS[name],
    )


@register.simple_tag
def state(sign: Sign) -> SafeString:
    """Show a state with glyph and word."""
    return format_html(
        '<span class="state {}">{}{}</span>', sign.tone, glyph(sign.glyph), say(sign.word)
    )


@register.simple_tag(takes_context=True)
def ago(context: Context, moment: datetime | None) -> str:
    """Show how long ago, or in how long; the page keeps it true by itself."""
    if moment is None:
        return ""
    away = (moment - (context.get("now") or timezone.now())).total_seconds()
    return format_html(
        '<time datetime="{}" data-ago title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        exact(moment),
        _relative(away),
    )


@register.simple_tag
def clock(moment: datetime | None) -> str:
    """Show an instant: the time of day, with the day where that is not today."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    today = local.date() == timezone.localdate()
    text = date_format(local, "H:i" if today else "j M H:i")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        exact(moment),
        text,
    )


def exact(moment: datetime) -> str:
    """Answer an instant to the second, with its zone."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S %Z}"


def _relative(away: float) -> str:
    size = abs(away)
    if size < NOW:
        return gettext("now") if away > 0 else gettext("just now")
    length, unit = next((length, unit) for length, unit in UNITS if size >= length)
    count = int(size // length)
    words = {
        "day": ngettext("%(n)s day", "%(n)s days", count),
        "hour": ngettext("%(n)s hour", "%(n)s hours", count),
        "minute": ngettext("%(n)s minute", "%(n)s minutes", count),
        "second": ngettext("%(n)s second", "%(n)s seconds", count),
    }
    told = words[unit] % {"n": count}
    frame = gettext("in %(time)s") if away > 0 else gettext("%(time)s ago")
    return frame % {"time": told}


@register.simple_tag
def href(link: Link) -> str:
    """Answer where a link leads."""
    if link.url or not link.page:
        return link.url
    names = {"run": "id", "incident": "id"}
    return reverse(link.page, kwargs={names.get(link.page, "slug"): link.key} if link.key else {})


@register.filter
def percent(place: float) -> str:
    """Answer a place on an axis as SVG takes it: 0.25 is "25.0%"."""
    return f"{place * 100:.2f}%"


@register.inclusion_tag("parts/rail.html")
def rail(drawn: Rail) -> dict[str, Any]:
    """Draw a chain."""
    return {"rail": drawn, "line": drawn.line}


@register.inclusion_tag("parts/line.html")
def line(drawn: Line) -> dict[str, Any]:
    """Draw a branch of a chain."""
    return {"line": drawn}
