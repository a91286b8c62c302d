"""What stands around every page: where we are, and the demo's bar."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from monitor.web.member import now


def frame(request: HttpRequest) -> dict[str, Any]:
    """Answer what base.html needs."""
    match = request.resolver_match
    return {
        "now": now(),
        "demo": settings.HANDOFF_DEMO,
        "place": match.url_name if match else "",
    }
