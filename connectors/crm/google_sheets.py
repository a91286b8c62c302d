"""Google Sheets: rows under a first row that names the columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from connectors.crm.google_sheets_marks import Change, Marks, lookups, numbers, place_of
from connectors.kit.address import segment
from connectors.kit.answer import Answer, Piece
from connectors.kit.auth import Bearer
from connectors.kit.base import (
    Describes,
    Finds,
    Kind,
    Limit,
    RemovesMany,
    Resource,
    Site,
    Submits,
    Verified,
)
from connectors.kit.body import json_body
from connectors.kit.errors import NeedsOwner, Refused, ToolError, TryLater
from connectors.kit.grant import Grant
from connectors.kit.http import Door, Manners
from connectors.kit.message import Message, _
from connectors.kit.records import Account, Arrival, FieldInfo, Lead, Receipt
from connectors.kit.settings import secret, text
from connectors.kit.sought import Sought

BOOKS = "/v4/spreadsheets"
# Values as they are, not as a format shows them; a date as it is shown, not as a count of days.
AS_STORED = {"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}
# Typing would make a number of "+44…" and a formula of "=…".
AS_GIVEN = {"valueInputOption": "RAW", "insertDataOption": "INSERT_ROWS"}
REFILL = 60.0
TOO_FAST = ("rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED")
NO_SHEET = _("“%(book)s” has no sheet “%(sheet)s”; it has: %(sheets)s.")
NO_NAMES = _("The first row of “%(sheet)s” names no columns; write their names there, from A1 on.")
NO_COLUMN = _("“%(sheet)s” has no column named %(names)s; its first row names the columns.")
CHANGED = _("This row was changed since it was looked at; remove it by hand.")
MOVED = _("Rows of this sheet moved while one was being deleted, so none was.")


def is_limit(answer: Answer) -> bool:
    """Whether a 403 means "too fast"."""
    return answer.status == 403 and any(word in answer.page for word in TOO_FAST)


class GoogleSheets(Submits, Finds, RemovesMany, Describes):
    """The whole sheet is read at once. A row is known by the lead it holds, for it has no id."""

    slug = "google_sheets"
    name = "Google Sheets"
    kind = Kind.CRM
    docs = (
        "https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values"
    )
    base = "https://sheets.googleapis.com"
    grant = Grant(
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - a URL
        scopes=("https://www.googleapis.com/auth/spreadsheets",),
        extra={"access_type": "offline", "prompt": "consent"},
        basic=False,
    )
    asks = (
        text(
            "client_id", "Client ID", help="console.cloud.google.com › Clients › Web application."
        ),
        secret("client_secret", "Client secret", help="Beside the client ID."),
        text(
            "spreadsheet_id",
            "Spreadsheet ID",
            help="In the spreadsheet's address, between /d/ and /edit.",
            pattern=r"[0-9A-Za-z_-]+",
            example="1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
        ),
        text("sheet", "Sheet", help="The name on the tab at the bottom.", example="Leads"),
    )
    resources = (
        Resource(
            slug="rows",
            name="row",
            plural="rows",
            fields={
                "Email": {"from": "email", "as": "email"},
                "First name": {"from": "first_name", "as": "name"},
                "Last name": {"from": "last_name", "as": "name"},
                "Phone": {"from": "phone", "as": "phone"},
            },
            note="The keys are the names in the sheet's first row.",
        ),
    )
    limits = (Limit(calls=60, seconds=60),)
    side_effects = ("Rows are deleted for good; the spreadsheet's version history keeps them.",)
    submit_calls = 2
    verified = Verified.DESCRIPTION

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.api = Door(
            self.name,
            site.base or self.base,
            ports=site.ports,
            auth=Bearer(site.ports.token),
            manners=Manners(is_limit=is_limit, pause=lambda _answer: REFILL),
        )
        self._id, self._sheet = self.answer("spreadsheet_id"), self.answer("sheet")
        self._book = f"{BOOKS}/{segment(self._id)}"
        self._name = "'" + self._sheet.replace("'", "''") + "'"

    def check(self) -> Account:
        book = self._described()
        self._grid(book)
        title = book.text("properties.title")
        return Account(id=f"{self._id}/{self._sheet}", label=f"{title} › {self._sheet}")

    def fields(self) -> list[FieldInfo]:
        return [FieldInfo(key=name, label=name) for name in self._table("!1:1")[0]]

    def submit(self, lead: Lead) -> Receipt:
        names, _records = self._table("!1:1")
        if strange := [key for key in lead.record if key not in names]:
            values = {"sheet": self._sheet, "names": ", ".join(strange)}
            raise Refused(Message(NO_COLUMN, values), where=self.name)
        # A column named twice is written, and read, where it stands first.
        first = [name if names.index(name) == place else "" for place, name in enumerate(names)]
        body = json_body({"values": [[lead.record.get(name) for name in first]]})
        path = f"{self._book}/values/{segment(self._name + '!A1')}:append"
        self.api.post(path, query=AS_GIVEN, body=body).json.at("updates.updatedRange")
        return Receipt(id=f"{lead.tag}.1", url=self._link)

    def find(self, leads: Sequence[Lead], since: datetime) -> Iterator[Arrival]:
        del since  # A sheet tells no times: all of it is read.
        sought, seen = Sought(leads), dict[str, int]()
        _names, records = self._table()
        for row in records:
            if tags := sought.tags(row.value):
                tag = min(tags)
                seen[tag] = seen.get(tag, 0) + 1
                yield Arrival(
                    id=f"{tag}.{seen[tag]}", record=row.pick(self.site.keys), url=self._link
                )

    def remove(self, arrival: Arrival) -> None:
        self.remove_many([arrival])

    def remove_many(self, arrivals: Sequence[Arrival]) -> None:
        marks = Marks(self._grid(self._described()))
        wanted = dict(zip(numbers(len(arrivals)), arrivals, strict=True))
        places = self._places(wanted)
        if not places:
            return
        self._change(marks.made(places))
        try:
            self._delete(marks, places, wanted)
        except ToolError:
            with suppress(ToolError):
                self._change([marks.forgotten()])
            raise

    def _delete(
        self, marks: Marks, places: Mapping[int, int], wanted: Mapping[int, Arrival]
    ) -> None:
        """Delete marked rows. Others work in the sheet, too: if one moved, none is deleted."""
        standing = self._marked(places, wanted)
        moved = TryLater(Message(MOVED), after=REFILL, where=self.name)
        if standing.keys() != places.keys():
            raise moved
        try:
            self._change(marks.deleted(standing))
        except Refused as refused:
            if self._marked(places, wanted) == standing:
                raise
            raise moved from refused

    def _places(self, wanted: Mapping[int, Arrival]) -> dict[int, int]:
        """Answer where the rows of these arrivals stand; one that is gone is left out."""
        _names, records = self._table()
        rows = dict(enumerate(records, start=1))
        places: dict[int, int] = {}
        for number, arrival in wanted.items():
            held = [place for place, row in rows.items() if _holds(row, arrival)]
            same = [place for place in held if self._is_same(rows[place], arrival)]
            if held and not same:
                raise Refused(Message(CHANGED), where=self.name)
            for place in same[:1]:
                places[number] = place
                del rows[place]
        return places

    def _marked(self, places: Iterable[int], wanted: Mapping[int, Arrival]) -> dict[int, int]:
        """Answer where the marked rows stand now, of those that are still what they were."""
        names, _records = self._table("!1:1")
        body = json_body({"dataFilters": lookups(places), **AS_STORED})
        path = f"{self._book}/values:batchGetByDataFilter"
        found: dict[int, int] = {}
        answer = self.api.post(path, body=body, repeatable=True).json
        for one in answer.each("valueRanges") if answer.maybe("valueRanges") else ():
            filters = one.at("dataFilters.0.developerMetadataLookup")
            number, place = (
                int(filters.number("metadataId")),
                place_of(one.text("valueRange.range")),
            )
            row = one.maybe("valueRange.values.0")
            if row and place and self._is_same(_record(names, row), wanted[number]):
                found[number] = place
        return found

    def _is_same(self, row: Piece, arrival: Arrival) -> bool:
        return _holds(row, arrival) and row.pick(self.site.keys) == arrival.record

    def _change(self, changes: Sequence[Change]) -> None:
        body = json_body({"requests": changes})
        self.api.post(f"{self._book}:batchUpdate", body=body).json.at("replies")

    @property
    def _link(self) -> str:
        return f"https://docs.google.com/spreadsheets/d/{segment(self._id)}/edit"

    def _described(self) -> Piece:
        wanted = {"fields": "properties.title,sheets.properties(sheetId,title)"}
        return self.api.get(self._book, query=wanted).json

    def _grid(self, book: Piece) -> int:
        """Answer the number that a change names the sheet by."""
        sheets = {one.text("properties.title"): one for one in book.each("sheets")}
        if self._sheet not in sheets:
            values = {"book": book.text("properties.title"), "sheet": self._sheet}
            values["sheets"] = ", ".join(sheets)
            raise NeedsOwner(Message(NO_SHEET, values), where=self.name)
        return int(sheets[self._sheet].number("properties.sheetId"))

    def _rows(self, part: str = "") -> Iterator[Piece]:
        path = f"{self._book}/values/{segment(self._name + part)}"
        answer = self.api.get(path, query=AS_STORED).json
        answer.at("range")
        # A sheet that holds nothing has no values at all.
        return answer.each("values") if answer.maybe("values") else iter(())

    def _names(self, rows: Iterator[Piece]) -> list[str]:
        first = next(rows, None)
        names = [str(one.value).strip() for one in first.each()] if first else []
        if not names or not names[0]:
            raise NeedsOwner(Message(NO_NAMES, {"sheet": self._sheet}), where=self.name)
        return names

    def _table(self, part: str = "") -> tuple[list[str], Iterator[Piece]]:
        """Answer the columns' names, and the rows below them as records."""
        rows = self._rows(part)
        names = self._names(rows)
        return names, (_record(names, row) for row in rows)


def _record(names: Sequence[str], row: Piece) -> Piece:
    """Answer a row keyed by the columns' names; of two equal names the first one counts."""
    cells = [cell.value for cell in row.each()]
    return Piece(dict(reversed([*zip(names, cells, strict=False)])), row.origin, row.path)


def _holds(row: Piece, arrival: Arrival) -> bool:
    """Whether the lead that this arrival was found by stands in the row."""
    tag = arrival.id.rpartition(".")[0]
    values: Mapping[str, object] = row.value if isinstance(row.value, Mapping) else {}
    return bool(tag) and any(tag in str(value).casefold() for value in values.values())
