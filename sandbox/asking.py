"""How the control door reads requests, from programs and from browsers, and says no."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from sandbox import pages
from sandbox.call import answer
from sandbox.chains import BadChain
from sandbox.faults import BadFault


def html(text: str) -> web.Response:
    """Answer a page."""
    return web.Response(text=text, content_type="text/html")


def by_browser(request: web.Request) -> bool:
    """Answer whether a person asks, who wants a page."""
    return "text/html" in request.headers.get("Accept", "")


async def body(request: web.Request) -> dict[str, Any]:
    """Answer the JSON body, or a browser's form as one; empty without either."""
    if "form" in request.content_type:
        return {key: str(value) for key, value in (await request.post()).items() if value}
    raw = await request.read()
    found = json.loads(raw) if raw.strip() else {}
    if not isinstance(found, dict):
        raise BadFault("The body must be a JSON object.")
    return found


def moment(text: str) -> float:
    """Answer epoch seconds from a number or ISO 8601; 0 from nothing."""
    if not text:
        return 0.0
    try:
        return float(text)
    except ValueError:
        return datetime.fromisoformat(text.replace(" ", "+")).timestamp()


@web.middleware
async def in_sentences(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer what cannot be done with a sentence."""
    try:
        return await handler(request)
    except (BadFault, BadChain, ValueError, TypeError) as problem:
        if by_browser(request):
            return web.Response(text=pages.problem(problem), content_type="text/html", status=400)
        return answer({"error": str(problem)}, 400)
    except web.HTTPNotFound:
        return answer({"error": f"There is nothing at {request.path}."}, 404)
