"""The Google Sheets twin against what Google Sheets does."""

from urllib.parse import quote

import pytest
import requests

from sandbox.tools import google_sheets_cells as cells
from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, bearer, hop, lead, send_form
from tests.sandbox_process import Control

STORED = {"valueRenderOption": "UNFORMATTED_VALUE"}


def _call(
    place: Json, method: str, path: str = "", body: Json | None = None, **query: str
) -> requests.Response:
    url = f"{place['url']}/v4/spreadsheets/{place['credentials']['spreadsheet_id']}{path}"
    return requests.request(method, url, json=body, params=query, headers=bearer(place), timeout=10)


def _values(place: Json, part: str = "Leads", **query: str) -> list[list[object]]:
    said = _call(place, "GET", f"/values/{quote(part, safe='')}", None, **query)
    assert said.status_code == 200, said.text
    found: list[list[object]] = said.json().get("values", [])
    return found


def _append(place: Json, *row: object, option: str = "RAW") -> requests.Response:
    path = f"/values/{quote('Leads!A1', safe='')}:append"
    return _call(place, "POST", path, {"values": [list(row)]}, valueInputOption=option)


def _delete(place: Json, *spans: tuple[int, int], **changes: object) -> requests.Response:
    requests_ = [
        {"deleteDimension": {"range": {"sheetId": 731, "dimension": "ROWS", "startIndex": start,
                                       "endIndex": end, **changes}}}
        for start, end in spans
    ]  # fmt: skip
    return _call(place, "POST", ":batchUpdate", {"requests": requests_})


@pytest.fixture
def book(draw: Draw) -> Json:
    return hop(draw("google_sheets"), "google_sheets")


def test_the_token_opens_its_own_spreadsheet_only(book: Json) -> None:
    said = _call(book, "GET").json()
    assert said["spreadsheetId"] == book["credentials"]["spreadsheet_id"]
    assert [one["properties"]["title"] for one in said["sheets"]] == ["Leads"]
    other = requests.get(f"{book['url']}/v4/spreadsheets/x", headers=bearer(book), timeout=10)
    assert (other.status_code, other.json()["error"]["status"]) == (404, "NOT_FOUND")
    nobody = requests.get(f"{book['url']}/v4/spreadsheets/x", timeout=10)
    assert (nobody.status_code, nobody.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


def test_rows_are_added_below_and_read_without_what_is_empty_at_their_end(book: Json) -> None:
    said = _append(book, "Ann", "", "Ann Zorba", None).json()
    assert said["updates"]["updatedRange"] == "Leads!A2:D2"
    assert said["tableRange"] == "Leads!A1:R1"
    names, row = _values(book)
    assert (names[:4], row) == (["First name", "Last name", "Full name", "Email"],
                                ["Ann", "", "Ann Zorba"])  # fmt: skip


@pytest.mark.parametrize(
    ("part", "rows"),
    [
        ("Leads!1:1", [["First name", "Last name", "Full name"]]),
        ("'Leads'!A2:B3", [["a", "b"], ["d", "e"]]),
        ("Leads!C3", [["f"]]),
        ("2:2", [["a", "b", "c"]]),
        ("Leads!A9:B9", []),
    ],
)
def test_a_range_is_read_in_a1_notation(book: Json, part: str, rows: list[list[str]]) -> None:
    for row in ("abc", "def"):
        _append(book, *row)
    assert [row[:3] for row in _values(book, part)] == rows


@pytest.mark.parametrize("part", ["Others", "Others!A1", "Leads!", "Leads!A9999"])
def test_a_range_that_is_none_is_refused(book: Json, part: str) -> None:
    said = _call(book, "GET", f"/values/{quote(part, safe='')}")
    assert (said.status_code, said.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("+442079460018", 442079460018, "442079460018"),
        ("+44 20 7946 0018", "+44 20 7946 0018", "+44 20 7946 0018"),
        ("01234", 1234, "1234"),
        ("1,234.50", 1234.5, "1234.5"),
        ("=1+2", "#NAME?", "#NAME?"),
        ("'=1+2", "=1+2", "=1+2"),
        ("true", True, "TRUE"),
        ("12.5%", 0.125, "12.5%"),
        ("£1,234.50", 1234.5, "£1,234.50"),
        ("2031-03-05", 47912, "2031-03-05"),
        ("05/03/2031", 47912, "05/03/2031"),
        ("2031-03-05 12:00:00", 47912.5, "2031-03-05 12:00:00"),
        ("31/31/2031", "31/31/2031", "31/31/2031"),
        ("Zoë", "Zoë", "Zoë"),
        (7, 7, "7"),
    ],
)
def test_typing_changes_what_raw_leaves_alone(typed: object, stored: object, shown: str) -> None:
    cell = cells.entered(typed)
    assert (cell.value, cell.shown) == (stored, shown)
    assert cells.kept(typed).value == typed


def test_a_cell_is_shown_as_the_reader_asks(book: Json) -> None:
    _append(book, "2031-03-05", "=1+2", "01", option="USER_ENTERED")
    part = "Leads!A2:C2"
    assert _values(book, part) == [["2031-03-05", "#NAME?", "1"]]
    assert _values(book, part, **STORED) == [[47912, "#NAME?", 1]]
    shown = _values(book, part, **STORED, dateTimeRenderOption="FORMATTED_STRING")
    assert shown == [["2031-03-05", "#NAME?", 1]]
    formulas = _values(book, part, valueRenderOption="FORMULA")
    assert formulas == [[47912, "=1+2", 1]]


def test_what_cannot_be_a_cell_is_refused(book: Json) -> None:
    for row in ([{"a": 1}], ["x" * 50_001]):
        assert _append(book, *row).status_code == 400
    assert "valueInputOption" in _append(book, "x", option="").json()["error"]["message"]
    assert _values(book)[1:] == []


def test_rows_move_up_when_one_above_is_deleted(book: Json) -> None:
    for row in "abcd":
        _append(book, row)
    assert _delete(book, (4, 5), (1, 2)).json()["replies"] == [{}, {}]
    assert _values(book)[1:] == [["b"], ["c"]]
    # One after the other: the second request counts what the first one left.
    _delete(book, (1, 2), (1, 2))
    assert _values(book)[1:] == []


def test_all_of_a_change_is_done_or_none(book: Json) -> None:
    _append(book, "a")
    for refused in (
        _delete(book, (1, 2), (0, 1)),
        _delete(book, (1, 2), sheetId=1),
        _delete(book, (1, 2), dimension="COLUMNS"),
        _delete(book, (2, 1)),
        _delete(book),
    ):
        assert refused.status_code == 400
    assert _values(book)[1:] == [["a"]]


def _mark(number: int, place: int | None, key: str = "ours") -> Json:
    span = {"sheetId": 731, "dimension": "ROWS"}
    location: Json = {"spreadsheet": True}
    if place is not None:
        location = {"dimensionRange": {**span, "startIndex": place, "endIndex": place + 1}}
    mark = {"metadataId": number, "metadataKey": key, "visibility": "PROJECT"}
    return {"createDeveloperMetadata": {"developerMetadata": {**mark, "location": location}}}


def _change(place: Json, *requests_: Json) -> requests.Response:
    return _call(place, "POST", ":batchUpdate", {"requests": list(requests_)})


def _marked(place: Json, *numbers: int) -> list[tuple[str, list[object]]]:
    filters = [{"developerMetadataLookup": {"metadataId": number}} for number in numbers]
    said = _call(place, "POST", "/values:batchGetByDataFilter", {"dataFilters": filters}).json()
    found = [one["valueRange"] for one in said.get("valueRanges", [])]
    return [(one["range"], one["values"][0]) for one in found]


def test_a_mark_moves_with_its_row_and_goes_with_it(book: Json) -> None:
    for row in "abc":
        _append(book, row)
    assert _change(book, _mark(7, 2), _mark(8, 3)).status_code == 200
    assert _marked(book, 7, 8, 9) == [("Leads!A3:R3", ["b"]), ("Leads!A4:R4", ["c"])]
    _delete(book, (1, 2))
    assert _marked(book, 7, 8) == [("Leads!A2:R2", ["b"]), ("Leads!A3:R3", ["c"])]
    _delete(book, (1, 2))
    assert _marked(book, 7, 8) == [("Leads!A2:R2", ["c"])]


def test_a_marks_number_is_taken_once_and_a_stale_deletion_undone_by_it(book: Json) -> None:
    for row in "abc":
        _append(book, row)
    _change(book, _mark(7, 2))
    _delete(book, (1, 2))
    span = {"sheetId": 731, "dimension": "ROWS", "startIndex": 2, "endIndex": 3}
    stale = _change(book, {"deleteDimension": {"range": span}}, _mark(7, None))
    assert stale.status_code == 400
    assert "already exists" in stale.json()["error"]["message"]
    assert _values(book)[1:] == [["b"], ["c"]]
    unmark = {"deleteDeveloperMetadata": {
        "dataFilter": {"developerMetadataLookup": {"metadataKey": "ours"}}}}  # fmt: skip
    said = _change(book, unmark).json()["replies"][0]["deleteDeveloperMetadata"]
    assert said == {"deletedDeveloperMetadata": [{"metadataId": 7, "metadataKey": "ours"}]}
    assert _change(book, _mark(7, 1)).status_code == 200


@pytest.mark.parametrize(
    "request_",
    [_mark(0, 1), _mark(7, 1, key=""), _mark(7, 0), {"addSheet": {}}],
)
def test_a_change_that_cannot_be_is_refused(book: Json, request_: Json) -> None:
    assert _change(book, request_).status_code == 400


def test_a_lead_becomes_a_row_and_a_row_sets_off_what_follows(draw: Draw, control: Control) -> None:
    chain = draw("website", "google_sheets", "crm")
    send_form(chain, ANN)
    (row,) = control.until("crm", 1, chain["name"])
    (first,) = control.records("google_sheets", chain["name"])
    assert first["fields"]["Phone"] == ANN["phone"]
    assert first["fields"]["Postcode"] == "01234"
    assert {row["fields"][name] for name in ("email", "message", "amount")} == {
        ANN["email"], ANN["message"], ANN["amount"],
    }  # fmt: skip


def test_a_lead_that_comes_twice_is_two_rows(draw: Draw, control: Control) -> None:
    chain = draw("website", "google_sheets")
    handoff = hop(chain, "google_sheets")["handoff"]
    with control.broken(f"handoff:{handoff}", "duplicate"):
        send_form(chain, lead("twice"))
        assert len(control.until("google_sheets", 2, chain["name"])) == 2
