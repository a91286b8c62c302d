"""Connections: the list, one, and its test."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from connectors.kit.errors import ToolError
from monitor.actions import connection as actions
from monitor.models import Connection, Workspace
from monitor.pages import connection as pages
from monitor.web import member
from monitor.web.live import Part, show
from monitor.web.member import now


@member.page
def connections(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """The accounts we look into."""
    page = pages.connections(workspace, now())
    parts = [Part(id="connections", template="connection/list.html")]
    return show(request, page, parts, title=_("Connections"), live=False)


@member.page
def connection(request: HttpRequest, workspace: Workspace, slug: str) -> HttpResponse:
    """One account: whether it works, and what of ours lies there."""
    page = pages.connection_page(workspace, slug, now())
    if page is None:
        raise Http404
    parts = [
        Part(id="head", template="connection/head.html"),
        Part(id="residue", template="connection/residue.html"),
        Part(id="facts", template="connection/facts.html"),
    ]
    return show(request, page, parts, title=page.row.name, live=page.live)


@member.action
def test(request: HttpRequest, workspace: Workspace, slug: str) -> HttpResponse:
    """Ask the tool whose account this is, now."""
    row = get_object_or_404(Connection, workspace=workspace, slug=slug, deleted_at=None)
    try:
        account = actions.test(row, now())
    except ToolError as wrong:
        messages.error(request, wrong.message.render(_))
    else:
        said = _("%(name)s works. Its account: %(account)s.")
        messages.success(request, said % {"name": row.name, "account": account.label})
    return redirect("connection", slug=slug)
