"""Pages that stay true: a page is a row of parts, and asks again for those that changed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from monitor.web.frame import frame

FAST, SLOW = 2, 6
# Relative times are kept true by the page itself, and form tokens are never the same twice.
VOLATILE = re.compile(r"(?<=>)[^<>]*</time>|<input[^>]*csrfmiddlewaretoken[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a page that is swapped as a whole. `item` is what it shows of the page."""

    id: str
    template: str
    item: object = field(default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A part as HTML, and a mark that tells whether it changed."""

    id: str
    html: SafeString
    mark: str


def show(
    request: HttpRequest, page: object, parts: Sequence[Part], *, title: str, live: bool
) -> HttpResponse:
    """Answer the whole page, or to a page that asks again only what changed."""
    context = frame(request) | {"page": page, "title": title}
    shown = [_rendered(request, part, context) for part in parts]
    order = _mark(" ".join(part.id for part in shown))
    asked = request.GET.copy()
    asked.pop("seen", None)
    context |= {
        "parts": shown,
        "again": f"{request.path}?{asked.urlencode()}{'&' if asked else ''}",
        "seen": order + "".join(part.mark for part in shown),
        "every": FAST if live else SLOW,
    }
    if request.headers.get("HX-Request") != "true":
        return render(request, "page.html", context)
    seen = request.GET.get("seen", "")
    if seen == context["seen"]:
        return HttpResponse(status=204)
    same = seen.startswith(order) and len(seen) == len(context["seen"])
    marks = [seen[at : at + len(order)] for at in range(len(order), len(seen), len(order))]
    context["all"] = not same
    if same:
        context["parts"] = [one for one, mark in zip(shown, marks, strict=True) if one.mark != mark]
    return render(request, "changed.html", context)


def _rendered(request: HttpRequest, part: Part, context: dict[str, Any]) -> Rendered:
    html = render_to_string(part.template, context | {"item": part.item}, request)
    safe = mark_safe(html)  # noqa: S308 - rendered from our own template, which escapes
    return Rendered(id=part.id, html=safe, mark=_mark(VOLATILE.sub("", html)))


def _mark(text: str) -> str:
    return blake2b(text.encode(), digest_size=4).hexdigest()
