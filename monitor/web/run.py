"""A run's page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from monitor.models import Workspace
from monitor.pages.run import run_page
from monitor.web import member
from monitor.web.live import Part, show
from monitor.web.member import now


@member.page
def run(request: HttpRequest, workspace: Workspace, id: int) -> HttpResponse:
    """One lead's journey."""
    page = run_page(workspace, id, now())
    if page is None:
        raise Http404
    parts = [
        Part(id="head", template="run/head.html"),
        Part(id="timeline", template="run/timeline.html"),
        *(
            Part(id=f"evidence-{hop.hop}", template="run/evidence.html", item=hop)
            for hop in page.evidence
        ),
        Part(id="facts", template="run/facts.html"),
    ]
    title = _("Run %(id)s of %(chain)s") % {"id": page.id, "chain": page.chain_title}
    return show(request, page, parts, title=title, live=page.live)
