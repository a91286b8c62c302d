"""Any tool with a JSON API, told by its owner how to speak to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from connectors.generic import rest_asks
from connectors.generic.jsonpaths import JSONPath, found, is_astray, path_of
from connectors.kit.address import segment
from connectors.kit.answer import Answer, Piece, instant
from connectors.kit.auth import Basic, Bearer, HeaderKey, NoAuth, QueryKey
from connectors.kit.base import Ability, Finds, Kind, Removes, Resource, Site, Submits
from connectors.kit.body import Body, form_body, json_body
from connectors.kit.errors import NeedsOwner, Refused
from connectors.kit.http import Door
from connectors.kit.message import Message, _
from connectors.kit.patterns import mapping
from connectors.kit.records import Account, Arrival, Lead, Receipt
from connectors.kit.sought import Sought, second_handles

# Up to here a search for each lead costs less than listing what is new.
FEW = 2
PAGES_MOST = 1000
NEEDED = {Ability.SUBMITS: ("submit_path",), Ability.FINDS: ("find_path", "list_path"),
          Ability.REMOVES: ("remove_path",)}  # fmt: skip


class Rest(Submits, Finds, Removes):
    """Paths and JSONPaths are settings; an ability is there where its path is given."""

    slug = "rest"
    name = "REST API"
    kind = Kind.OTHER
    docs = "https://www.rfc-editor.org/rfc/rfc9535"
    base = ""
    asks = rest_asks.ASKS
    resources = (
        Resource(
            slug="records",
            name="record",
            plural="records",
            fields={
                "email": {"from": "email", "as": "email"},
                "first_name": {"from": "first_name", "as": "name"},
                "last_name": {"from": "last_name", "as": "name"},
                "phone": {"from": "phone", "as": "phone"},
            },
        ),
    )

    @classmethod
    def able(cls, ability: Ability, resource: str, settings: Mapping[str, str]) -> bool:
        given = any(settings.get(key) for key in NEEDED[ability])
        return given and super().able(ability, resource, settings)

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        base = site.base or self.answer("base_url")
        self.api = Door(self.name, base, ports=site.ports, auth=self._auth())
        paths = mapping(self.answer("fields"), self.name, "fields")
        self._fields = {key: self._path(paths.get(key, key)) for key in site.keys}
        self._records = self._path(self.answer("records") or "$[*]")
        self._id, self._created = self._path(self.answer("id")), self._path(self.answer("created"))
        self._next = self._path(self.answer("next")) if self.answer("next") else None

    def check(self) -> Account:
        answer = self.api.get(self._told("check_path"))
        host = self.api.address.place.host
        id = host
        if path := self.answer("account"):
            id = str(self._one(answer.json, self._path(path), path))
        return Account(id=f"{host}/{id}" if id != host else host, label=id)

    def submit(self, lead: Lead) -> Receipt:
        record: object = dict(lead.record)
        for part in reversed([part for part in self.answer("wrap").split(".") if part]):
            record = {part: record}
        body = self._body(record, lead)
        answer = self.api.call(
            self.answer("submit_method"), self._told("submit_path"), {"body": body}
        )
        if path := self.answer("submit_id"):
            return Receipt(id=str(self._one(answer.json, self._path(path), path)))
        return Receipt()

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        sought, seen = Sought(leads), set[str]()
        can_list = bool(self.answer("list_path"))
        if self.answer("find_path") and (len(leads) <= FEW or not can_list):
            yield from self._searched([lead.email for lead in leads], sought, seen)
            if not can_list:
                yield from self._searched(second_handles(sought.missing()), sought, seen)
        if can_list and sought.missing():
            start = since.isoformat(timespec="seconds").replace("+00:00", "Z")
            path = self.answer("list_path").replace("{since}", segment(start))
            yield from self._arrivals(path, sought, seen)

    def remove(self, arrival: Arrival) -> None:
        try:
            self.api.delete(self._told("remove_path").replace("{id}", segment(arrival.id)))
        except Refused as refused:
            if refused.status not in (404, 410):
                raise

    def _searched(
        self, handles: Sequence[str], sought: Sought, seen: set[str]
    ) -> Iterator[Arrival]:
        for handle in handles:
            path = self.answer("find_path").replace("{handle}", segment(handle))
            yield from self._arrivals(path, sought, seen)

    def _arrivals(self, path: str, sought: Sought, seen: set[str]) -> Iterator[Arrival]:
        """Yield the sought records of a listing, each once, to its last page."""
        for answer in self._pages(path):
            # Nothing where the records should be is no empty list: it would look like a loss.
            if is_astray(self._records, answer.json.value):
                raise answer.origin.unexpected(self.answer("records"), "list of records")
            for value in found(self._records, answer.json.value):
                id = str(self._one(Piece(value, answer.origin), self._id, self.answer("id")))
                if id not in seen and sought.holds(value):
                    seen.add(id)
                    yield self._arrival(id, value)

    def _pages(self, path: str) -> Iterator[Answer]:
        """Yield the pages of a listing; the next one is named by an address in the one before."""
        called = {path}
        for _count in range(PAGES_MOST):
            answer = self.api.get(path)
            yield answer
            onward = found(self._next, answer.json.value) if self._next else []
            if not onward or not isinstance(onward[0], str) or not onward[0]:
                return
            path = onward[0]
            if path in called:
                break
            called.add(path)
        raise answer.origin.unexpected(self.answer("next"), "last page")

    def _arrival(self, id: str, value: object) -> Arrival:
        picked = {key: found(path, value) for key, path in self._fields.items()}
        record = {key: values[0] for key, values in picked.items() if values}
        born = found(self._created, value)
        return Arrival(id=id, record=record, created_at=instant(born[0]) if born else None)

    def _one(self, piece: Piece, path: JSONPath, written: str) -> object:
        values = found(path, piece.value)
        if not values:
            raise piece.origin.unexpected(written, "value")
        return values[0]

    def _body(self, record: object, lead: Lead) -> Body:
        if self.answer("submit_as") == "form":
            return form_body((key, str(value)) for key, value in lead.record.items())
        return json_body(record)

    def _told(self, key: str) -> str:
        """Answer the path set for a call; without it the call is beyond this connection."""
        path = self.answer(key)
        if not path.startswith("/"):
            text = _("%(tool)s: enter %(key)s, beginning with a slash, to use this.")
            raise NeedsOwner(Message(text, {"tool": self.name, "key": key}), where=self.name)
        return path

    def _path(self, written: str) -> JSONPath:
        path = path_of(written)
        if path is None:
            text = _("%(tool)s: %(path)s is no JSONPath.")
            raise NeedsOwner(Message(text, {"tool": self.name, "path": written}), where=self.name)
        return path

    def _auth(self) -> NoAuth:
        token, name = self.answer("token"), self.answer("auth_name")
        kinds: Mapping[str, Callable[[], NoAuth]] = {
            "none": NoAuth,
            "basic": lambda: Basic(self.answer("user"), token),
            "bearer": lambda: Bearer(self.site.ports.token or token),
            "header": lambda: HeaderKey(name or "X-Api-Key", token),
            "query": lambda: QueryKey(name or "api_key", token),
        }
        return kinds[self.answer("auth")]()
