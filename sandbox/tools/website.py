"""The business's website: one contact form a site, with CSRF token, honeypot and thank-you page."""

import html
import re
import secrets
from typing import Any, ClassVar

from aiohttp import web
from multidict import MultiDict

from sandbox.call import Call, Refusal, page
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools.website_pages import MARKER, form_page, plain_page, thanks_page

TOKEN_FIELD = "csrf_token"  # noqa: S105 - the field's name
COOKIE = "csrf"
HONEYPOT = "fax_number"
ADDRESS = re.compile(r"^[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+$")

FORM_FIELDS = (
    "first_name",
    "last_name",
    "full_name",
    "email",
    "phone",
    "company",
    "street",
    "postcode",
    "city",
    "country",
    "date",
    "datetime",
    "amount",
    "quantity",
    "website",
    "topic",
    "consent",
    "message",
)


class Website(Tool):
    """Forms at /contact/{site}; an account is a site. Nothing can be listed from outside."""

    slug: ClassVar[str] = "website"
    title: ClassVar[str] = "Website"
    resources: ClassVar[tuple[str, ...]] = ("submission",)
    open_paths: ClassVar[tuple[str, ...]] = ("/", "/favicon.ico")

    def routes(self) -> None:
        self.add("GET", "/", self.front)
        self.add("GET", "/contact/{site}", self.form)
        self.add("POST", "/contact/{site}", self.send)
        self.add("GET", "/contact/{site}/thanks", self.thanks)

    def credentials(self, name: str) -> dict[str, str]:
        return {"site": name}

    def key_of(self, call: Call) -> str:
        return call.request.match_info.get("site", "")

    def error(self, status: int, detail: str = "") -> web.Response:
        words = {404: "Page not found", 403: "The form has expired", 429: "Please slow down"}
        title = words.get(status, "Something went wrong")
        return page(plain_page(f"{status} {title}", html.escape(detail or title)), status)

    def without_marker(self, call: Call) -> web.Response:
        del call
        return page(plain_page("One moment", "We could not process the form. Call us instead."))

    def front(self, call: Call) -> web.Response:
        """Link to the forms."""
        del call
        links = "".join(
            f'<li><a href="/contact/{name}">{html.escape(name)}</a></li>' for name in self.accounts
        )
        return page(plain_page("Our forms", f"<ul>{links}</ul>"))

    def form(self, call: Call) -> web.Response:
        """Show the form with a fresh token, in the page and in a cookie."""
        return self._form(self._site(call), {}, [])

    def send(self, call: Call) -> web.Response:
        """Take the form: 200 with thanks, or 200 with what is wrong, as most sites do."""
        site = self._site(call)
        sent = call.form()
        token = sent.pop(TOKEN_FIELD, "")
        if not token or token != call.request.cookies.get(COOKIE):
            raise Refusal(self.error(403, "The security token is missing. Reload the form."))
        trapped = sent.pop(HONEYPOT, "")
        declared = self.fields(site)
        values = {name: sent[name] for name in declared if name in sent}
        problems = _problems(site, declared, values)
        if problems:
            return self._form(site, values, problems)
        if not trapped:
            record = self.plant(site, "submission", values, call.now)
            self.tell(site, "submission", record)
        if site.options.get("redirect"):
            location = f"/contact/{site.name}/thanks"
            return web.Response(status=303, headers=MultiDict({"Location": location}))
        return page(thanks_page())

    def thanks(self, call: Call) -> web.Response:
        """Show the thank-you page by itself."""
        self._site(call)
        return page(thanks_page())

    def fields(self, site: Account) -> tuple[str, ...]:
        """Answer the names of the inputs the form declares."""
        return tuple(site.options.get("fields") or FORM_FIELDS)

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        record = Record(f"s{next_id()}", dict(fields), at, at, str(fields.get("email") or ""))
        return account.shelf(resource).put(record)

    def _site(self, call: Call) -> Account:
        if call.account is None:
            raise Refusal(self.error(404))
        return call.account

    def _form(self, site: Account, values: dict[str, str], problems: list[str]) -> web.Response:
        token = secrets.token_urlsafe(18)
        choices = site.options.get("choices") or {}
        response = page(
            form_page(
                site.name,
                self.fields(site),
                choices,
                values,
                problems,
                hidden=(TOKEN_FIELD, token),
                honeypot=HONEYPOT,
            )
        )
        response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", path="/contact")
        return response


def _problems(site: Account, declared: tuple[str, ...], values: dict[str, str]) -> list[str]:
    """Answer what the server finds wrong, in the words a visitor reads."""
    problems = []
    email = values.get("email", "").strip()
    if "email" in declared and not ADDRESS.match(email):
        problems.append("Please enter a valid email address.")
    names = ("first_name", "last_name", "full_name", "name")
    if set(names) & set(declared) and not any(values.get(name, "").strip() for name in names):
        problems.append("Please tell us your name.")
    for name, options in (site.options.get("choices") or {}).items():
        if values.get(name) and values[name] not in options:
            problems.append(f"Please choose one of the options for {name}.")
    return problems


__all__ = ["ADDRESS", "FORM_FIELDS", "MARKER", "Website"]
