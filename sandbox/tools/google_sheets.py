"""Google Sheets: rows under a row of names, raw and typed values, rows deleted by position."""

from typing import Any, ClassVar

from aiohttp import web

from sandbox.authority import Authority
from sandbox.call import Call, Refusal, answer
from sandbox.storage import Account, Record, next_id
from sandbox.tool import Tool
from sandbox.tools import google_sheets_cells as cells
from sandbox.tools.google_sheets_cells import Cell, Range
from sandbox.tools.google_sheets_draft import Draft, Mark
from sandbox.world import key_for

SHEET, SHEET_ID = "Leads", 731
COLUMNS = (
    "First name", "Last name", "Full name", "Email", "Phone", "Company", "Street", "Postcode",
    "City", "Country", "Date", "Date and time", "Amount", "Quantity", "Website", "Topic",
    "Consent", "Message",
)  # fmt: skip
GRID_ROWS = 1000
SAID = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "Requested entity was not found."),
    429: ("RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Read requests'."),
    503: ("UNAVAILABLE", "The service is currently unavailable."),
}


class GoogleSheets(Tool):
    """One spreadsheet a token, with one sheet in it."""

    slug: ClassVar[str] = "google_sheets"
    title: ClassVar[str] = "Google Sheets"
    resources: ClassVar[tuple[str, ...]] = ("rows",)
    authority: Authority

    def routes(self) -> None:
        self.authority = Authority(
            self,
            token="/token",  # noqa: S106 - a path
            authorize="/o/oauth2/v2/auth",
            keeps=lambda asked: asked.get("access_type") == "offline",
        )
        book = "/v4/spreadsheets/{id}"
        self.add("GET", book, self.about)
        self.add("POST", book + ":batchUpdate", self.change)
        self.add("POST", book + "/values:batchGetByDataFilter", self.read_marked)
        self.add("GET", book + "/values/{range}", self.read)
        self.add("POST", book + "/values/{range}:append", self.append)

    def credentials(self, name: str) -> dict[str, str]:
        book = key_for("google-spreadsheet", name, 44)
        return {**self.authority.credentials(name), "spreadsheet_id": book, "sheet": SHEET}

    def key_of(self, call: Call) -> str:
        return self.authority.key_of(call)

    def error(self, status: int, detail: str = "") -> web.Response:
        word, said = SAID.get(status, ("INTERNAL", "Internal error encountered."))
        error = {"code": status, "message": detail or said, "status": word}
        return answer({"error": error}, status)

    def flat(self, resource: str, record: Record) -> dict[str, Any]:
        del resource
        named = zip(record.fields["columns"], record.fields["cells"], strict=False)
        return {name: cell.value for name, cell in named if cell.value not in (None, "")}

    def about(self, call: Call) -> web.Response:
        """Describe the spreadsheet and its sheet."""
        self._own(call)
        columns = len(self._columns(call.at))
        grid = {"rowCount": _height(call.at), "columnCount": columns}
        sheet = {"sheetId": SHEET_ID, "title": SHEET, "index": 0, "sheetType": "GRID",
                 "gridProperties": grid}  # fmt: skip
        properties = {"title": f"{call.at.name} leads", "locale": "en_GB",
                      "timeZone": "Europe/London"}  # fmt: skip
        id = call.path("id")
        return answer(
            {"spreadsheetId": id, "properties": properties, "sheets": [{"properties": sheet}],
             "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{id}/edit"}
        )  # fmt: skip

    def read(self, call: Call) -> web.Response:
        """Show the values of a range; empty cells and rows at its end are left out."""
        self._own(call)
        place = self._range(call)
        values, times = call.query("valueRenderOption"), call.query("dateTimeRenderOption")
        grid = [[cells.kept(name) for name in self._columns(call.at)]]
        shelf = call.at.shelf("rows")
        grid += [one.fields["cells"] for one in shelf.records.values() if not call.hides(one)]
        shown = [
            _cut([cells.rendered(cell, values, times) for cell in row[place.left : place.right]])
            for row in grid[place.top : place.bottom]
        ]
        while shown and not shown[-1]:
            shown.pop()
        right = place.right or len(self._columns(call.at))
        body: dict[str, Any] = {
            "range": _a1(place.top, place.bottom or _height(call.at), place.left, right),
            "majorDimension": "ROWS",
        }
        return answer({**body, "values": shown} if shown else body)

    def append(self, call: Call) -> web.Response:
        """Add rows below the table, as they come or as if they were typed."""
        self._own(call)
        self._range(call)
        option = call.query("valueInputOption")
        if option not in ("RAW", "USER_ENTERED"):
            said = "'valueInputOption' is required but not specified"
            raise Refusal(self.error(400, said))
        make = cells.kept if option == "RAW" else cells.entered
        rows = call.json().get("values") or []
        shelf = call.at.shelf("rows")
        top = len(shelf.records) + 1
        for row in rows:
            self._check(row)
            record = self._put(call.at, [make(value) for value in row], call.now)
            self.tell(call.at, "rows", record)
        width = max((len(row) for row in rows), default=0)
        updates = {
            "spreadsheetId": call.path("id"),
            "updatedRange": _a1(top, top + len(rows), 0, width),
            "updatedRows": len(rows),
            "updatedColumns": width,
            "updatedCells": sum(value is not None for row in rows for value in row),
        }
        table = _a1(0, top, 0, len(self._columns(call.at)))
        return answer({"spreadsheetId": call.path("id"), "tableRange": table, "updates": updates})

    def change(self, call: Call) -> web.Response:
        """Change rows and marks, one request after the other; all of them or none."""
        self._own(call)
        requests = call.json().get("requests") or []
        if not requests:
            raise Refusal(self.error(400, "Must specify at least one request."))
        shelf = call.at.shelf("rows")
        draft = Draft(SHEET_ID, ["", *shelf.records], dict(self._marks(call.at)))
        replies = []
        for number, request in enumerate(requests):
            try:
                replies.append(draft.change(request))
            except ValueError as wrong:
                said = f"Invalid requests[{number}].{next(iter(request), '')}: {wrong}"
                raise Refusal(self.error(400, said)) from None
        for gone in set(shelf.records) - set(draft.rows):
            shelf.drop(gone)
        call.at.answers["marks"] = draft.marks
        return answer({"spreadsheetId": call.path("id"), "replies": replies})

    def read_marked(self, call: Call) -> web.Response:
        """Show the rows that bear marks, each by the filter that selects it."""
        self._own(call)
        asked = call.json()
        values, times = asked.get("valueRenderOption", ""), asked.get("dateTimeRenderOption", "")
        order = list(call.at.shelf("rows").records)
        found = []
        for one in asked.get("dataFilters") or []:
            mark = self._marks(call.at).get(
                one.get("developerMetadataLookup", {}).get("metadataId")
            )
            if mark is None or mark.row not in order:
                continue
            place, row = order.index(mark.row) + 1, call.at.shelf("rows").records[mark.row]
            shown = _cut([cells.rendered(cell, values, times) for cell in row.fields["cells"]])
            span = _a1(place, place + 1, 0, len(self._columns(call.at)))
            held = {"range": span, "majorDimension": "ROWS", "values": [shown]}
            found.append({"valueRange": held, "dataFilters": [one]})
        body = {"spreadsheetId": call.path("id")}
        return answer({**body, "valueRanges": found} if found else body)

    def plant(self, account: Account, resource: str, fields: dict[str, Any], at: float) -> Record:
        del resource
        return self._put(account, [cells.kept(fields.get(name)) for name in COLUMNS], at)

    def _put(self, account: Account, row: list[Cell], at: float) -> Record:
        columns = self._columns(account)
        email = next(
            (str(cell.value) for name, cell in zip(columns, row, strict=False) if name == "Email"),
            "",
        )
        fields = {"columns": columns, "cells": row}
        return account.shelf("rows").put(Record(f"row{next_id()}", fields, at, at, email))

    def _check(self, row: object) -> None:
        if not isinstance(row, list) or any(isinstance(value, dict | list) for value in row):
            raise Refusal(self.error(400, "Invalid values[0]: struct_value"))
        if any(len(str(value)) > cells.LONGEST for value in row):
            said = f"Your input contains more than the maximum of {cells.LONGEST} characters"
            raise Refusal(self.error(400, f"{said} in a single cell."))

    def _marks(self, account: Account) -> dict[int, Mark]:
        marks: dict[int, Mark] = account.answers.get("marks", {})
        return marks

    def _columns(self, account: Account) -> tuple[str, ...]:
        return tuple(account.options.get("columns") or COLUMNS)

    def _range(self, call: Call) -> Range:
        found = cells.parsed(call.path("range"), (SHEET,))
        if found is None:
            raise Refusal(self.error(400, f"Unable to parse range: {call.path('range')}"))
        if found.top >= _height(call.at):
            raise Refusal(self.error(400, f"Range ({call.path('range')}) exceeds grid limits."))
        return found

    def _own(self, call: Call) -> None:
        if call.path("id") != call.at.secrets["spreadsheet_id"]:
            raise Refusal(self.error(404))


def _height(account: Account) -> int:
    return max(GRID_ROWS, len(account.shelf("rows").records) + 1)


def _cut(row: list[object]) -> list[object]:
    """Answer a row without the empty cells at its end; those within are empty texts."""
    shown = ["" if value is None else value for value in row]
    while shown and shown[-1] == "":
        shown.pop()
    return shown


def _a1(top: int, bottom: int, left: int, right: int) -> str:
    start = f"{cells.letters(left)}{top + 1}"
    return f"{SHEET}!{start}:{cells.letters(max(right - 1, left))}{bottom}"
