"""Is Handoff itself well? For people, and for whatever starts its containers."""

import redis
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from monitor.models import Workspace
from monitor.pages.health import health as answer
from monitor.web import member
from monitor.web.live import Part, show
from monitor.web.member import now


@member.page
def health(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Heartbeats, channels, stuck rows, pauses."""
    page = answer(now(), workspace)
    parts = [Part(id="health", template="health/page.html")]
    return show(request, page, parts, title=_("Health"), live=True)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the web process answers; it tells strangers nothing else."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether database and broker answer, and a tick came through lately."""
    missing = _missing()
    text = f"not ready: {missing}\n" if missing else "ready\n"
    return HttpResponse(text, status=503 if missing else 200, content_type="text/plain")


def _missing() -> str:
    try:
        silent = [pulse.name for pulse in answer(now()).pulses if not pulse.alive]
    except DatabaseError:
        return "the database does not answer"
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2
        ) as broker:
            broker.ping()
    except redis.RedisError:
        return "the broker does not answer"
    return f"{' and '.join(silent)} silent" if silent else ""
