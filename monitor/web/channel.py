"""Channels, and trying them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from monitor.actions import channel as actions
from monitor.models import Channel, Workspace
from monitor.pages import channel as pages
from monitor.web import member
from monitor.web.live import Part, show
from monitor.web.member import now


@member.page
def channels(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Where news goes, and whether it gets through."""
    page = pages.channels(workspace, now())
    parts = [Part(id="channels", template="channel/list.html")]
    return show(request, page, parts, title=_("Channels"), live=page.live)


@member.action
def test(request: HttpRequest, workspace: Workspace, slug: str) -> HttpResponse:
    """Send a test message the way every alert goes."""
    row = get_object_or_404(Channel, workspace=workspace, slug=slug)
    actions.send_test(row, now())
    messages.success(request, _("A test is on its way to %(name)s.") % {"name": row.title})
    return redirect("channels")
