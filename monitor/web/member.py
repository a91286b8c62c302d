"""Who is asking: pages are for members of a workspace, and each sees only its own."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from monitor.models import Member, Role, Workspace

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Workspace, P], HttpResponse]
Answer = Callable[Concatenate[HttpRequest, P], HttpResponse]


def member_of(request: HttpRequest) -> Member | None:
    """Answer the member that signed in, None for everybody else."""
    if not request.user.is_authenticated:
        return None
    members = Member.objects.filter(user=request.user).select_related("workspace")
    return members.order_by("pk").first()


def page(view: View[P]) -> Answer[P]:
    """Show a page to members only, in the time zone of their workspace."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            if request.headers.get("HX-Request"):
                return HttpResponseClientRedirect(
                    f"{reverse('sign-in')}?next={quote(request.path)}"
                )
            return redirect_to_login(request.get_full_path())
        member = member_of(request)
        if member is None:
            raise PermissionDenied("You are signed in, but belong to no workspace yet.")
        request.member = member  # type: ignore[attr-defined]
        with timezone.override(ZoneInfo(member.workspace.timezone)):
            return view(request, member.workspace, *args, **kwargs)

    return answer


def action(view: View[P]) -> Answer[P]:
    """Let members press a button. Visitors may in the demo, where nothing is anybody's."""

    @wraps(view)
    def answer(
        request: HttpRequest, workspace: Workspace, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if request.member.role == Role.VISITOR and not settings.HANDOFF_DEMO:  # type: ignore[attr-defined]
            raise PermissionDenied("Visitors may look at everything, but change nothing.")
        return view(request, workspace, *args, **kwargs)

    return require_POST(page(answer))


def now() -> datetime:
    """Answer the time: pages and actions are handed it."""
    return timezone.now()
