"""A chain's page, and its buttons."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from monitor.actions import chain as actions
from monitor.actions.declined import Declined
from monitor.models import Chain, Workspace
from monitor.pages.chain import chain_page
from monitor.web import member
from monitor.web.live import Part, show
from monitor.web.member import now


@member.page
def chain(request: HttpRequest, workspace: Workspace, slug: str) -> HttpResponse:
    """How one chain stands."""
    page = chain_page(workspace, slug, now())
    if page is None:
        raise Http404
    parts = [
        Part(id="head", template="chain/head.html"),
        Part(id="runs", template="chain/runs.html"),
        Part(id="facts", template="chain/facts.html"),
    ]
    return show(request, page, parts, title=page.card.title, live=page.live)


@member.action
def run_now(request: HttpRequest, workspace: Workspace, slug: str) -> HttpResponse:
    """Send a test lead and watch it."""
    try:
        run = actions.run_now(_chain(workspace, slug), now=now())
    except Declined as declined:
        messages.error(request, declined.message.render(_))
        return redirect("chain", slug=slug)
    return redirect("run", id=run.pk)


@member.action
def pause(request: HttpRequest, workspace: Workspace, slug: str) -> HttpResponse:
    """Send no more test leads along this chain."""
    actions.pause(_chain(workspace, slug), now())
    return redirect("chain", slug=slug)


@member.action
def resume(request: HttpRequest, workspace: Workspace, slug: str) -> HttpResponse:
    """Go on with the next slot."""
    actions.resume(_chain(workspace, slug), now())
    return redirect("chain", slug=slug)


def _chain(workspace: Workspace, slug: str) -> Chain:
    return get_object_or_404(Chain, workspace=workspace, slug=slug, deleted_at=None)
