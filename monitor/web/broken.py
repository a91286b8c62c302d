"""What a person sees when a page could not be made."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

AGAIN = "5"
"""Seconds after which to ask again while the database is away."""


def broken(request: HttpRequest) -> HttpResponse:
    """Answer by a page that asks the database nothing, and says so where that is what is away."""
    del request  # whoever asks may be known to the database alone
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": AGAIN})
    return HttpResponse(render_to_string("500.html"), status=500)
