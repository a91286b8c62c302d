"""Any form on a web page: read as a browser reads it, filled in, sent, and its thanks awaited."""

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from connectors.forms.reading import Form, forms_of, text_of, trouble_of
from connectors.kit.answer import Answer
from connectors.kit.base import Kind, Resource, Site, Submits
from connectors.kit.body import form_body, multipart_body
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused, ToolError, TryLater
from connectors.kit.http import Door, Manners
from connectors.kit.message import Message, Value, _
from connectors.kit.records import Account, Lead, Receipt
from connectors.kit.settings import Ask, AskKind, text

REDIRECTS_MOST = 5
RELOADS_MOST = 3
MANNERS = Manners(
    headers={
        "User-Agent": "Mozilla/5.0 (compatible; Handoff/1; automation health monitor)",
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "Accept-Language": "en;q=0.8,*;q=0.5",
    },
    redirects=True,
    cookies=True,
)


class HtmlForm(Submits):
    """Two requests a submission: the page with its cookies and hidden inputs, then the form."""

    slug = "html_form"
    name = "Web form"
    kind = Kind.FORM
    docs = "https://html.spec.whatwg.org/multipage/form-control-infrastructure.html"
    base = ""
    asks = (
        Ask(
            key="page",
            label="Page with the form",
            kind=AskKind.URL,
            help="The address of the page as a visitor sees it.",
            example="https://www.example.com/contact",
        ),
        text(
            "form",
            "Which form",
            required=False,
            help="Its id or name, where the page has several; else the one with the mapped "
            "fields is taken.",
        ),
        text(
            "success_text",
            "Words of thanks",
            required=False,
            help="Words shown only after the form was taken. A page that answers without them "
            "counts as a refusal. Enter these, or the thank-you page's address.",
        ),
        text(
            "success_url",
            "Thank-you page",
            required=False,
            help="A part of the address a visitor is sent to after the form was taken.",
        ),
        text(
            "sends_to",
            "Sends to",
            required=False,
            help="The address of the host the form is sent to, where that is not the page's own.",
            example="https://forms.example.net",
        ),
    )
    resources = (
        Resource(
            slug="submission",
            name="form entry",
            plural="form entries",
            fields={
                "first_name": {"from": "first_name", "as": "name"},
                "last_name": {"from": "last_name", "as": "name"},
                "email": {"from": "email", "as": "email"},
                "phone": {"from": "phone", "as": "phone"},
            },
            finds=False,
            removes=False,
            note="A website keeps its entries to itself: none can be looked up or removed.",
        ),
    )
    submit_calls = 2
    side_effects = ("The website may mail you, or its visitor, about each entry.",)

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        page = urlsplit(self.answer("page"))
        origin = site.base or urlunsplit((page.scheme, page.netloc, "", "", ""))
        self.api = Door(self.name, origin, ports=site.ports, manners=MANNERS)
        self._page = urlunsplit(("", "", page.path or "/", page.query, ""))

    def check(self) -> Account:
        if not (self.answer("success_text") or self.answer("success_url")):
            raise NeedsOwner(
                Message(_("Enter how the website says thanks: its words or its thank-you page.")),
                where=self.name,
            )
        page = self._opened()
        form = self._form(page)
        if self._thanks(page, [page.url]):
            raise self._refused(
                _("%(tool)s: what is entered as thanks is there before anything was sent.")
            )
        missing = [key for key in self.site.keys if key not in form.names]
        if missing:
            text = _("%(tool)s: the form has no field named %(names)s.")
            raise self._refused(text, names=", ".join(missing))
        trapped = [key for key in self.site.keys if key in form.traps]
        if trapped:
            text = _("%(tool)s: %(names)s is a trap for robots, hidden from visitors; map another.")
            raise self._refused(text, names=", ".join(trapped))
        address = f"{self.api.address.place.host}{page.target}"
        return Account(id=address, label=address)

    def submit(self, lead: Lead) -> Receipt:
        page, form = self._reloaded()
        door, target = self._door_to(form)
        sent = {name: value for name, value in lead.record.items() if name not in form.traps}
        pairs = form.filled(sent)
        headers = {"Referer": page.url, "Origin": self.api.address.absolute("/").rstrip("/")}
        try:
            if form.method == "GET":
                answer = door.call("GET", target, {"query": pairs, "repeatable": False})
            else:
                wrap = multipart_body if form.is_multipart else form_body
                answer = door.post(target, body=wrap(pairs, form.charset), headers=headers)
        except NeedsOwner as denied:
            raise _no_rights(denied) from None
        return self._thanked(door, answer)

    def _reloaded(self) -> tuple[Answer, Form]:
        """Answer page and form, whole; one that came broken is asked for again, as visitors do.

        Nothing was handed in yet, so that asking again can double nothing.
        """
        for _reload in range(RELOADS_MOST):
            try:
                page = self._opened()
                form = self._form(page)
            except (TryLater, Refused) as error:
                if not _passing(error):
                    raise
            else:
                if form.names >= set(self.site.keys):
                    return page, form
        page = self._opened()
        return page, self._form(page)

    def _opened(self) -> Answer:
        """Answer the page with the form, following redirects on its own host."""
        try:
            answer = self.api.get(self._page)
            for _count in range(REDIRECTS_MOST):
                if not answer.location:
                    return answer
                self._page = self._own(answer.location)
                answer = self.api.get(self._page)
        except NeedsOwner as denied:
            raise _no_rights(denied) from None
        raise self._refused(_("%(tool)s: the page sends its visitors on without end."))

    def _own(self, location: str) -> str:
        if not self.api.address.is_own(location):
            text = _("%(tool)s: the page has moved to %(host)s; enter its new address.")
            raise self._refused(text, host=urlsplit(location).hostname or "")
        return location

    def _form(self, page: Answer) -> Form:
        """Answer the form meant: the one named, or the one with most of the mapped fields."""
        forms, wanted = forms_of(page), self.answer("form")
        if wanted:
            forms = [form for form in forms if wanted in form.labels]
        if not forms:
            raise self._refused(_("%(tool)s: there is no such form on the page."))
        return max(forms, key=lambda form: (len(form.names & set(self.site.keys)), len(form.names)))

    def _door_to(self, form: Form) -> tuple[Door, str]:
        """Answer door and address the form is sent to; another host only if it was named."""
        if self.api.address.is_own(form.action):
            return self.api, form.action
        other = self.answer("sends_to")
        if other:
            door = Door(self.name, other, ports=self.site.ports, manners=MANNERS)
            if door.address.is_own(form.action):
                return door, form.action
        text = _(
            '%(tool)s: the form is sent to %(host)s; if that is meant, enter it as "Sends to".'
        )
        raise self._refused(text, host=urlsplit(form.action).hostname or "")

    def _thanked(self, door: Door, answer: Answer) -> Receipt:
        """Answer the receipt if the website said thanks, on this page or where it sends us on."""
        places = [answer.url]
        for _count in range(REDIRECTS_MOST):
            places += [answer.location] if answer.location else []
            if self._thanks(answer, places[1:]):
                return Receipt(url=places[-1].partition("?")[0])
            if not answer.location or not door.address.is_own(answer.location):
                break
            answer = self._followed(door, answer.location)
        text = _("%(tool)s answered, but did not say thanks. It says: %(reason)s")
        raise self._refused(
            text, reason=trouble_of(answer) or _("nothing that reads like a reason")
        )

    def _followed(self, door: Door, location: str) -> Answer:
        """Answer the page a visitor is sent on to; without it we cannot know what became of it."""
        try:
            return door.get(location)
        except ToolError as error:
            raise OutcomeUnknown(error.message, status=error.status, where=error.where) from None

    def _thanks(self, answer: Answer, places: Sequence[str]) -> bool:
        words, place = self.answer("success_text"), self.answer("success_url")
        if place and any(place in address for address in places):
            return True
        return bool(words) and " ".join(words.split()) in text_of(answer)

    def _refused(self, text: str, **values: Value) -> Refused:
        return Refused(Message(text, {"tool": self.name, **values}), where=self.name)


def _passing(error: TryLater | Refused) -> bool:
    """Whether a page may read well the next moment: it broke down, or came without its form."""
    if isinstance(error, TryLater):
        return error.status is not None and error.after is None
    return error.status is None


def _no_rights(denied: NeedsOwner) -> ToolError:
    """Answer a refusal where a website says 401 or 403: there are no credentials to renew."""
    if denied.status is None:
        return denied
    return Refused(denied.message, status=denied.status, where=denied.where)
