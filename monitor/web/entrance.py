"""In and out: a one-time link signs a person in, whatever address they come from."""

from urllib.parse import quote, unquote

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from monitor.actions import sign_in as actions
from monitor.web.frame import frame
from monitor.web.member import now

THEMES = ("auto", "light", "dark")
NEXT = "next"
HOUR, YEAR = 3600, 365 * 24 * 3600


@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Say how to come in; there is no password to guess."""
    wanted = request.GET.get("next", "")
    if request.user.is_authenticated:
        return redirect(_onward(request, wanted))
    response = render(request, "entrance/sign_in.html", frame(request))
    if _onward(request, wanted) == wanted:
        # The link that signs in is made elsewhere and knows nothing of the page that was wanted.
        response.set_cookie(
            NEXT, quote(wanted), HOUR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Use a one-time link.

    Opening it only shows a button, which a browser presses by itself: mail programs that fetch
    links in advance must not use them up.
    """
    if request.method != "POST":
        return render(request, "entrance/enter.html", frame(request))
    user = actions.use_link(token, now())
    if user is None:
        return render(request, "entrance/used.html", frame(request), status=410)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    response = redirect(_onward(request, unquote(request.COOKIES.get(NEXT, ""))))
    response.delete_cookie(NEXT, samesite="Lax")
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("sign-in")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme a person chose; scripts do it without coming here."""
    chosen = request.POST.get("theme", "")
    response = redirect(_onward(request, request.headers.get("Referer", "")))
    if chosen in THEMES:
        response.set_cookie(
            "theme", chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure()
        )
    return response


def _onward(request: HttpRequest, wanted: str) -> str:
    """Answer the page that was wanted, if it is one of ours; the first screen else."""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if ours else reverse("overview")
