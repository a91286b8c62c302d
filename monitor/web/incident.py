"""Incidents: the list, and one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from monitor.models import Workspace
from monitor.pages import incident as pages
from monitor.web import member
from monitor.web.live import Part, show
from monitor.web.member import now


@member.page
def incidents(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """What is wrong now, and what was."""
    page = pages.incidents(workspace, now())
    parts = [Part(id="incidents", template="incident/list.html")]
    return show(request, page, parts, title=_("Incidents"), live=False)


@member.page
def incident(request: HttpRequest, workspace: Workspace, id: int) -> HttpResponse:
    """What happened, where, since when, the evidence, and what to do next."""
    page = pages.incident_page(workspace, id, now())
    if page is None:
        raise Http404
    parts = [
        Part(id="head", template="incident/head.html"),
        *(
            Part(id=f"evidence-{hop.hop}", template="run/evidence.html", item=hop)
            for hop in page.evidence
        ),
        Part(id="told", template="incident/told.html"),
    ]
    return show(request, page, parts, title=page.headline.render(_), live=page.live)
