"""Connecting by OAuth2: the page that leads to the vendor, and the one the vendor leads back to."""

import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitor.actions import connecting as actions
from monitor.actions.declined import Declined
from monitor.models import Connection, Workspace
from monitor.pages import connecting as pages
from monitor.web import member
from monitor.web.frame import frame
from monitor.web.live import Part, show
from monitor.web.member import now

SESSION = "connecting"
"""Names a value of the session's own, which a way to a vendor and back is bound to."""


@never_cache
@require_safe
@member.page
def connect(request: HttpRequest, workspace: Workspace, slug: str) -> HttpResponse:
    """What to enter at the vendor and here, and the button that leads there."""
    page = pages.connect_page(workspace, slug, now())
    if page is None:
        raise Http404
    parts = [Part(id="connect", template="connection/connect.html")]
    title = _("Connect %(name)s") % {"name": page.name}
    return show(request, page, parts, title=title, live=False)


@never_cache
@member.action
def begin(request: HttpRequest, workspace: Workspace, slug: str) -> HttpResponse:
    """Keep what was entered, and send the owner to the vendor.

    By a page and its Refresh header: a form may lead to our own pages only (form-action), and a
    redirect would count as part of the form.
    """
    row = get_object_or_404(Connection, workspace=workspace, slug=slug, deleted_at=None)
    session = request.session.setdefault(SESSION, secrets.token_urlsafe(32))
    try:
        place = actions.begin(row, session, request.POST.dict(), now())
    except Declined as why:
        messages.error(request, why.message.render(_))
        return redirect("connection" if actions.is_by_key(row) else "connect", slug=slug)
    context = frame(request) | {"place": place, "row": row}
    response = render(request, "connection/onward.html", context)
    response.headers["Refresh"] = f"0; url={place}"
    return response


@never_cache
@require_safe
@member.page
def callback(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Take the owner back from the vendor; then lead on, so that no code stays in the address."""
    session = request.session.get(SESSION, "")
    try:
        row, account = actions.finish(workspace, session, request.GET.dict(), now())
    except actions.NotConnected as why:
        messages.error(request, why.message.render(_))
        if why.connection is None or actions.is_by_key(why.connection):
            return redirect("connections")
        return redirect("connect", slug=why.connection.slug)
    said = _("%(name)s is connected. Its account: %(account)s.")
    messages.success(request, said % {"name": row.name, "account": account.label})
    return redirect("connection", slug=row.slug)
