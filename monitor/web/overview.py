"""The first screen, and pausing everything."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from monitor.actions import workspace as actions
from monitor.models import Workspace
from monitor.pages.overview import overview as answer
from monitor.web import member
from monitor.web.live import Part, show
from monitor.web.member import now


@member.page
def overview(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Are my leads arriving?"""
    asked = request.GET.get("page", "")
    page = answer(workspace, now(), int(asked) if asked.isdecimal() and len(asked) < 6 else 1)
    parts = [Part(id="head", template="overview/head.html")]
    parts += [
        Part(id=f"chain-{chain.slug}", template="overview/chain.html", item=chain)
        for chain in page.drawn
    ]
    if page.listed:
        parts.append(Part(id="listed", template="overview/listed.html"))
    parts.append(Part(id="pulse", template="overview/pulse.html"))
    return show(request, page, parts, title=_("Overview"), live=page.live)


@member.action
def pause(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Stop sending test leads, everywhere."""
    actions.pause_all(workspace, now())
    return redirect("overview")


@member.action
def resume(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """Go on with every chain that is not paused itself."""
    actions.resume_all(workspace, now())
    return redirect("overview")
