"""Mailchimp Marketing API 3.0: audiences that keep one member per email address."""

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any, ClassVar

from aiohttp import BasicAuth, web

from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools import mailchimp_fields as merge
from sandbox.tools import mailchimp_shapes as shapes
from sandbox.tools.crm import moment_of
from sandbox.world import key_for

TITLES = {
    400: ("Bad Request", "The server could not understand the request."),
    401: (
        "API Key Invalid",
        "Your API key may be invalid, or you've attempted to access the wrong datacenter.",
    ),
    403: ("Forbidden", "You are not permitted to access this resource."),
    404: ("Resource Not Found", "The requested resource could not be found."),
    405: ("Method Not Allowed", "This list member cannot be removed. Please contact support."),
    429: ("Too Many Requests", "You have exceeded the limit of 10 simultaneous connections."),
    500: ("Internal Server Error", "An unexpected internal error has occurred."),
}
STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional")


def member_hash(email: str) -> str:
    """Answer the id of a member: MD5 of the lower-cased address."""
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


class Mailchimp(Tool):
    """An account holds one audience; its key carries the datacenter, as the real ones do."""

    slug: ClassVar[str] = "mailchimp"
    title: ClassVar[str] = "Mailchimp"
    resources: ClassVar[tuple[str, ...]] = ("members",)

    def routes(self) -> None:
        for path, answers in (("", self.root), ("/", self.root), ("/ping", self.ping)):
            self.add("GET", f"/3.0{path}", answers)
        self.add("GET", "/3.0/lists", self.lists)
        self.add("GET", "/3.0/lists/{list}", self.audience)
        self.add("GET", "/3.0/lists/{list}/merge-fields", self.merge_fields)
        self.add("GET", "/3.0/lists/{list}/members", self.members)
        self.add("POST", "/3.0/lists/{list}/members", self.create)
        self.add("GET", "/3.0/lists/{list}/members/{id}", self.read)
        self.add("PUT", "/3.0/lists/{list}/members/{id}", self.upsert)
        self.add("PATCH", "/3.0/lists/{list}/members/{id}", self.change)
        self.add("DELETE", "/3.0/lists/{list}/members/{id}", self.archive)
        self.add("GET", "/3.0/search-members", self.search)

    def credentials(self, name: str) -> dict[str, str]:
        key = f"{key_for(self.slug, name)}-us1"
        return {"api_key": key, "list_id": key_for("mailchimp-list", name, 10)}

    def key_of(self, call: Call) -> str:
        header = call.request.headers.get("Authorization", "")
        if header.startswith("Basic "):
            try:
                return str(BasicAuth.decode(header).password)
            except ValueError:
                return ""
        return header.removeprefix("Bearer ")

    def error(self, status: int, detail: str = "") -> web.Response:
        title, usual = TITLES.get(status, ("Error", "Something went wrong."))
        return shapes.problem(status, title, detail or usual)

    def text(self, call: Call) -> str:
        # A member is asked for by a hash; the address it stands for is what a fault matches on.
        record = self._find(call) if call.account else None
        return f"{call.text}\n{record.email}" if record else call.text

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        del resource
        return {"email_address": record.fields["email_address"], **record.fields["merge_fields"]}

    def root(self, call: Call) -> web.Response:
        """Say whose account the key opens."""
        name = call.at.name
        owner = {"account_id": key_for("mailchimp-id", name, 25), "account_name": f"{name} mails"}
        return answer({**owner, "email": f"{name}@handoff.test", "role": "owner", "dc": "us1"})

    def ping(self, call: Call) -> web.Response:
        """Say that all is well."""
        del call
        return answer({"health_status": "Everything's Chimpy!"})

    def lists(self, call: Call) -> web.Response:
        """List the one audience."""
        return answer({"lists": [self._list_of(call)], "total_items": 1})

    def audience(self, call: Call) -> web.Response:
        """Show the audience."""
        self._audience(call)
        return answer(self._list_of(call))

    def merge_fields(self, call: Call) -> web.Response:
        """List the merge fields of the audience."""
        self._audience(call)
        fields = merge.describe()
        start = call.number("offset", 0, 1000)
        shown = fields[start : start + call.number("count", 10, 1000)]
        list_id = call.path("list")
        return answer({"merge_fields": shown, "list_id": list_id, "total_items": len(fields)})

    def members(self, call: Call) -> web.Response:
        """List members, optionally those changed since; archived ones only when asked for."""
        self._audience(call)
        found = list(self._listed(call))
        if call.query("sort_field") and call.query("sort_dir").upper() != "DESC":
            found.reverse()
        start, count = call.number("offset", 0, 10**9), call.number("count", 10, 1000)
        shown = [shapes.member(call.at, record) for record in islice(found, start, start + count)]
        shown = [merge.only(member, call.query("fields"), "members.") for member in shown]
        list_id = call.path("list")
        return answer({"members": shown, "list_id": list_id, "total_items": len(found)})

    def create(self, call: Call) -> web.Response:
        """Add a member; one that exists already is refused."""
        body = self._body(call)
        old = self._member(call, member_hash(str(body.get("email_address", ""))))
        if old is not None and not old.archived:
            email = old.fields["email_address"]
            detail = f"{email} is already a list member. Use PUT to insert or update list members."
            raise Refusal(shapes.problem(400, "Member Exists", detail))
        if body.get("status") not in STATUSES:
            raise Refusal(shapes.invalid("status", "This value should not be blank."))
        return self._store(call, old, body, str(body["status"]))

    def upsert(self, call: Call) -> web.Response:
        """Add a member or change the one there is."""
        body = self._body(call)
        old = self._find(call)
        if old is None and body.get("status_if_new") not in STATUSES:
            raise Refusal(shapes.invalid("status_if_new", "This value should not be blank."))
        new = str(body.get("status") or body.get("status_if_new", ""))
        status = new if old is None or old.archived else str(old.fields["status"])
        return self._store(call, old, body, str(body.get("status") or status))

    def change(self, call: Call) -> web.Response:
        """Change a member."""
        old = self._need(call)
        body = self._body(call, email=old.fields["email_address"])
        return self._store(call, old, body, str(body.get("status") or old.fields["status"]))

    def read(self, call: Call) -> web.Response:
        """Show a member at once, the archived too: this needs no index."""
        self._audience(call)
        member = shapes.member(call.at, self._need(call))
        return answer(merge.only(member, call.query("fields"), ""))

    def archive(self, call: Call) -> web.Response:
        """Archive a member; the archived cannot be archived again."""
        record = self._need(call)
        if record.archived:
            raise Refusal(self.error(405))
        record.archived = True
        record.fields["status"] = "archived"
        call.at.shelf("members").touch(record, call.now)
        return web.Response(status=204)

    def search(self, call: Call) -> web.Response:
        """Search by a part of an address or of a name, through the index."""
        term = call.query("query").lower()
        found = [
            shapes.member(call.at, record)
            for record in call.at.shelf("members").newest()
            if not record.archived and not call.hides(record) and term in record.text
        ]
        exact = [member for member in found if member["email_address"].lower() == term]
        return answer(
            {
                "exact_matches": {"members": exact, "total_items": len(exact)},
                "full_search": {"members": found[:30], "total_items": len(found)},
            }
        )

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        email = str(fields.get("email_address", ""))
        merged = dict(fields.get("merge_fields") or {})
        merged |= {key: value for key, value in fields.items() if key.isupper()}
        stored: dict[str, Any] = {"email_address": email, "merge_fields": merged}
        stored["status"] = fields.get("status", "subscribed")
        stored["web_id"] = next_id()
        account.shelf(resource).drop(member_hash(email))
        return account.shelf(resource).put(Record(member_hash(email), stored, at, at, email))

    def _store(
        self, call: Call, old: Record | None, body: dict[str, Any], status: str
    ) -> web.Response:
        merged, errors = merge.checked(body.get("merge_fields") or {})
        if errors:
            raise Refusal(shapes.problem(400, "Invalid Resource", merge.DETAIL, errors))
        shelf, email = call.at.shelf("members"), str(body["email_address"])
        if old is None:
            fields = {"email_address": email, "status": status, "merge_fields": merged}
            record = self.plant(call.at, "members", fields, call.now)
        else:
            record = old
            record.fields["merge_fields"].update(merged)
            record.fields.update(status=status, email_address=email)
            record.archived = status == "archived"
            shelf.touch(record, call.now, email)
        self.tell(call.at, "members", record)
        return answer(shapes.member(call.at, record))

    def _body(self, call: Call, email: str = "") -> dict[str, Any]:
        self._audience(call)
        body = call.json()
        body.setdefault("email_address", email)
        problem = merge.address_problem(body["email_address"])
        if problem:
            raise Refusal(shapes.problem(400, "Invalid Resource", problem))
        return body

    def _listed(self, call: Call) -> Iterator[Record]:
        changed, opted = call.query("since_last_changed"), call.query("since_timestamp_opt")
        since = moment_of(changed) if changed else 0.0
        born = moment_of(opted) if opted else 0.0
        wanted = call.query("status")
        for record in call.at.shelf("members").latest_changed(since):
            status = record.fields["status"]
            if (status != wanted) if wanted else record.archived:
                continue
            if record.created >= born and not call.hides(record):
                yield record

    def _audience(self, call: Call) -> None:
        if call.path("list") != call.at.secrets["list_id"]:
            raise Refusal(self.error(404))

    def _member(self, call: Call, subscriber: str) -> Record | None:
        return call.at.shelf("members").records.get(subscriber)

    def _find(self, call: Call) -> Record | None:
        asked = call.request.match_info.get("id", "")
        return self._member(call, member_hash(asked) if "@" in asked else asked.lower())

    def _need(self, call: Call) -> Record:
        record = self._find(call)
        if record is None:
            raise Refusal(self.error(404))
        return record

    def _list_of(self, call: Call) -> dict[str, Any]:
        shelf = call.at.shelf("members")
        living = sum(not record.archived for record in shelf.records.values())
        name = f"{call.at.name} audience"
        stats = {"member_count": living}
        return {"id": call.at.secrets["list_id"], "name": name, "stats": stats}
