"""Google Sheets' own ways: names in the first row, raw values, rows without ids that move."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from connectors.crm.google_sheets import GoogleSheets
from connectors.kit.errors import NeedsOwner, Refused, TryLater, UnexpectedAnswer
from connectors.kit.records import Arrival, Lead
from tests.connectors.kit.server import Reply, Seen, reply, serving
from tests.connectors.lone import LEAD, at
from tests.connectors.twin import Json

SINCE = datetime(2026, 4, 3, 10, tzinfo=UTC)
NAMES = ["Email", "Name", "Phone"]
SHEETS = {
    "properties": {"title": "Our leads"},
    "sheets": [
        {"properties": {"sheetId": 0, "title": "Notes"}},
        {"properties": {"sheetId": 731, "title": "Bob's leads"}},
    ],
}


class Sheet:
    """A sheet of a test: its rows, the marks on them, and who works in it at the same time."""

    def __init__(self, *rows: Sequence[object]) -> None:
        self.rows = [*rows]
        self.marks: dict[int, Sequence[object] | None] = {}
        self.before_marks: Callable[[], None] = lambda: None
        self.meanwhile: Callable[[], None] = lambda: None
        self.refuses = False

    def __call__(self, seen: Seen) -> Reply:
        path = unquote(urlsplit(seen.target).path)
        if path.endswith(":append"):
            return reply('{"updates": {"updatedRange": "A9"}}')
        if path.endswith(":batchUpdate"):
            return self._change(json.loads(seen.body)["requests"])
        if path.endswith(":batchGetByDataFilter"):
            return self._marked(json.loads(seen.body)["dataFilters"])
        if "/values/" not in path:
            return reply(json.dumps(SHEETS))
        rows = self.rows[:1] if path.endswith("!1:1") else self.rows
        return reply(json.dumps({"range": "A1:C9", **({"values": rows} if rows else {})}))

    def _change(self, requests: list[Json]) -> Reply:
        """Change all or nothing, as Google does; others come first with what they change."""
        if "createDeveloperMetadata" in requests[0]:
            self.before_marks()
        if "deleteDimension" in requests[0]:
            self.meanwhile()
        rows, marks = [*self.rows], {**self.marks}
        for (kind, asked), *_more in ([*one.items()] for one in requests):
            if kind == "deleteDimension":
                span = asked["range"]
                assert (span["sheetId"], span["dimension"]) == (731, "ROWS")
                assert span["endIndex"] == span["startIndex"] + 1
                gone = rows.pop(span["startIndex"])
                marks = {id: row for id, row in marks.items() if row is not gone}
            elif kind == "createDeveloperMetadata":
                mark = asked["developerMetadata"]
                if mark["metadataId"] in marks or self.refuses:
                    return reply('{"error": {"message": "Protected"}}', "400 X")
                span = mark["location"].get("dimensionRange")
                marks[mark["metadataId"]] = rows[span["startIndex"]] if span else None
            else:
                marks = {}
        self.rows, self.marks = rows, marks
        return reply('{"replies": [{}]}')

    def _marked(self, filters: list[Json]) -> Reply:
        found = []
        for one in filters:
            row = self.marks.get(one["developerMetadataLookup"]["metadataId"])
            places = [place for place, held in enumerate(self.rows, start=1) if held is row]
            held = [{"range": f"'Bob''s leads'!A{place}:C{place}", "values": [row]}
                    for place in places]  # fmt: skip
            found += [{"valueRange": one_held, "dataFilters": [one]} for one_held in held]
        return reply(json.dumps({"valueRanges": found} if found else {}))


def sheets(base: str, *, sheet: str = "Bob's leads", keys: tuple[str, ...] = ()) -> GoogleSheets:
    told = {"spreadsheet_id": "1Bx", "sheet": sheet}
    made = at(
        "google_sheets", "rows", told, base=base, keys=keys or tuple(NAMES), token="fresh"
    )  # fmt: skip
    assert isinstance(made, GoogleSheets)
    return made


def lead(record: Mapping[str, object]) -> Lead:
    return Lead(tag="bodigu", email=LEAD.email, handles=LEAD.handles, record=record)


def test_the_account_is_the_sheet_in_its_spreadsheet() -> None:
    with serving(Sheet()) as server:
        account = sheets(server.url).check()
        assert server.seen[0].headers["Authorization"] == "Bearer fresh"
    assert (account.id, account.label) == ("1Bx/Bob's leads", "Our leads › Bob's leads")


def test_a_sheet_that_is_not_there_is_told_with_those_that_are() -> None:
    with serving(Sheet()) as server, pytest.raises(NeedsOwner, match="Notes, Bob's leads"):
        sheets(server.url, sheet="Bob").check()


@pytest.mark.parametrize("rows", [[], [[]], [["", "Email"]]])
def test_a_sheet_without_names_needs_the_owner(rows: Sequence[Sequence[object]]) -> None:
    with serving(Sheet(*rows)) as server:
        for act in (sheets(server.url).fields, lambda: sheets(server.url).submit(LEAD)):
            with pytest.raises(NeedsOwner, match="first row"):
                act()
        with pytest.raises(NeedsOwner, match="first row"):
            list(sheets(server.url).find([LEAD], SINCE))


def test_the_first_row_tells_the_fields() -> None:
    with serving(Sheet(["Email", " Name ", 7], ["x", "y", "z"])) as server:
        found = sheets(server.url).fields()
    assert [one.key for one in found] == ["Email", "Name", "7"]


def test_values_are_written_raw_and_below_the_names() -> None:
    record = {"Phone": "+442079460018", "Email": "a+b@c.test"}
    with serving(Sheet(["Email", "Name", "Phone", "Phone"])) as server:
        sheets(server.url).submit(lead(record))
        seen = server.seen[1]
    parts = urlsplit(seen.target)
    assert unquote(parts.path) == "/v4/spreadsheets/1Bx/values/'Bob''s leads'!A1:append"
    assert parse_qs(parts.query) == {
        "valueInputOption": ["RAW"],
        "insertDataOption": ["INSERT_ROWS"],
    }
    # What is not mapped stays empty; a name that stands twice is written where it stands first.
    assert json.loads(seen.body) == {"values": [["a+b@c.test", None, "+442079460018", None]]}


def test_a_column_that_is_not_there_is_named_and_nothing_is_written() -> None:
    with serving(Sheet(NAMES)) as server:
        with pytest.raises(Refused, match="no column named Colour, Size"):
            sheets(server.url).submit(lead({"Email": "x", "Colour": "red", "Size": 1}))
        assert len(server.seen) == 1


def test_values_are_read_as_they_are_stored_and_dates_as_they_are_shown() -> None:
    rows: list[Sequence[object]] = [NAMES, ["x", "Bodigu", 442079460018], ["y", "Somebody"]]
    with serving(Sheet(*rows)) as server:
        (arrival,) = sheets(server.url).find([LEAD], SINCE)
        query = parse_qs(urlsplit(server.seen[0].target).query)
        assert len(server.seen) == 1
    assert query == {
        "valueRenderOption": ["UNFORMATTED_VALUE"],
        "dateTimeRenderOption": ["FORMATTED_STRING"],
    }
    # A plus that typing lost stays lost: that is what broke.
    assert dict(arrival.record) == {"Email": "x", "Name": "Bodigu", "Phone": 442079460018}
    assert arrival.created_at is None


def test_cells_cut_off_at_a_rows_end_are_absent_and_empty_rows_passed_over() -> None:
    rows: list[Sequence[object]] = [
        ["Email", "Name", "Name"],
        [],
        ["", "Bodigu", "late"],
        [LEAD.email],
    ]
    with serving(Sheet(*rows)) as server:
        found = [dict(one.record) for one in sheets(server.url).find([LEAD], SINCE)]
    assert found == [{"Email": "", "Name": "Bodigu"}, {"Email": LEAD.email}]


def test_a_row_keeps_its_id_when_others_move_or_its_other_cells_change() -> None:
    sheet = Sheet(NAMES, ["a", "b"], [LEAD.email, "Bodigu"])
    with serving(sheet) as server:
        (before,) = sheets(server.url).find([LEAD], SINCE)
        sheet.rows = [NAMES, [LEAD.email, "Bodigu", "called back"]]
        (after,) = sheets(server.url).find([LEAD], SINCE)
    assert before.id == after.id == "bodigu.1"


def test_an_answer_that_is_no_range_is_unexpected() -> None:
    with serving(reply("{}")) as server, pytest.raises(UnexpectedAnswer):
        list(sheets(server.url).find([LEAD], SINCE))


def test_a_row_is_found_again_just_before_it_is_deleted() -> None:
    sheet = Sheet(NAMES, ["x", "Bodigu"], ["a", "b"])
    with serving(sheet) as server:
        (arrival,) = sheets(server.url).find([LEAD], SINCE)
        sheet.rows = [NAMES, ["new", "on top"], ["a", "b"], ["x", "Bodigu"]]
        sheets(server.url).remove(arrival)
    assert sheet.rows == [NAMES, ["new", "on top"], ["a", "b"]]
    assert sheet.marks == {}


def test_many_rows_are_deleted_from_below_all_at_once() -> None:
    sheet = Sheet(NAMES, ["x", "Bodigu"], ["a", "b"], ["x", "Bodigu"], ["y", "Bodigu"])
    with serving(sheet) as server:
        arrivals = list(sheets(server.url).find([LEAD], SINCE))
        assert [one.id for one in arrivals] == ["bodigu.1", "bodigu.2", "bodigu.3"]
        server.seen.clear()
        sheets(server.url).remove_many(arrivals)
        assert len(server.seen) == 6
    assert sheet.rows == [NAMES, ["a", "b"]]


def test_a_row_inserted_above_while_one_is_deleted_costs_nobody_a_row() -> None:
    sheet = Sheet(NAMES, ["real", "customer"], ["x", "Bodigu"])
    with serving(sheet) as server:
        (arrival,) = sheets(server.url).find([LEAD], SINCE)
        sheet.meanwhile = lambda: sheet.rows.insert(1, ["another", "customer"])
        with pytest.raises(TryLater, match="moved") as caught:
            sheets(server.url).remove(arrival)
        assert caught.value.after == 60
        whole = [["another", "customer"], ["real", "customer"], ["x", "Bodigu"]]
        assert sheet.rows == [NAMES, *whole]
        assert sheet.marks == {}
        sheet.meanwhile = lambda: None
        sheets(server.url).remove(arrival)
    assert sheet.rows == [NAMES, *whole[:2]]


def test_a_row_deleted_above_while_one_is_deleted_costs_nobody_a_row() -> None:
    sheet = Sheet(NAMES, ["old", "row"], ["x", "Bodigu"], ["real", "customer"])
    with serving(sheet) as server:
        (arrival,) = sheets(server.url).find([LEAD], SINCE)
        sheet.meanwhile = lambda: sheet.rows.remove(["old", "row"])
        with pytest.raises(TryLater, match="moved"):
            sheets(server.url).remove(arrival)
    assert sheet.rows == [NAMES, ["x", "Bodigu"], ["real", "customer"]]


def test_a_row_that_moved_before_it_was_marked_is_not_taken_for_another() -> None:
    sheet = Sheet(NAMES, ["x", "Bodigu"], ["real", "customer"])
    with serving(sheet) as server:
        (arrival,) = sheets(server.url).find([LEAD], SINCE)
        sheet.before_marks = lambda: sheet.rows.insert(1, ["another", "customer"])
        with pytest.raises(TryLater, match="moved"):
            sheets(server.url).remove(arrival)
    # The mark came upon another's row, which is not the lead's: nothing is deleted.
    assert sheet.rows == [
        NAMES, ["another", "customer"], ["x", "Bodigu"], ["real", "customer"],
    ]  # fmt: skip
    assert sheet.marks == {}


def test_a_sheet_that_refuses_changes_is_told_and_left_without_marks() -> None:
    sheet = Sheet(NAMES, ["x", "Bodigu"])
    with serving(sheet) as server:
        (arrival,) = sheets(server.url).find([LEAD], SINCE)

        def protect() -> None:
            sheet.refuses = True

        sheet.meanwhile = protect
        with pytest.raises(Refused, match="Protected"):
            sheets(server.url).remove(arrival)
    assert sheet.rows == [NAMES, ["x", "Bodigu"]]
    assert sheet.marks == {}


def test_a_row_that_is_gone_is_fine_and_nobody_elses_is_touched() -> None:
    gone = Arrival(id="bodigu.1", record={"Email": "x", "Name": "Bodigu"})
    with serving(Sheet(NAMES, ["x", "Somebody"])) as server:
        sheets(server.url).remove(gone)
        assert [seen.method for seen in server.seen] == ["GET", "GET"]


def test_a_row_that_looks_the_same_and_lacks_the_tag_is_never_deleted() -> None:
    with serving(Sheet(NAMES, ["x"], ["x"])) as server:
        for id in ("bodigu.1", ".1", ""):
            sheets(server.url).remove(Arrival(id=id, record={"Email": "x"}))
        assert {seen.method for seen in server.seen} == {"GET"}


def test_a_row_that_changed_meanwhile_is_left_to_its_owner() -> None:
    with serving(Sheet(NAMES, ["real@customer.test", "Bodigu"])) as server:
        with pytest.raises(Refused, match="by hand"):
            sheets(server.url).remove(Arrival(id="bodigu.1", record={"Name": "Bodigu"}))
        assert {seen.method for seen in server.seen} == {"GET"}


@pytest.mark.parametrize(
    ("status", "reason", "error"),
    [
        ("429", "RESOURCE_EXHAUSTED", TryLater),
        ("403", "userRateLimitExceeded", TryLater),
        ("403", "PERMISSION_DENIED", NeedsOwner),
    ],
)
def test_too_fast_and_not_allowed_are_told_apart(
    status: str, reason: str, error: type[TryLater | NeedsOwner]
) -> None:
    body = {"error": {"message": "No", "errors": [{"reason": reason}], "status": "X"}}
    said = reply(json.dumps(body), f"{status} X")
    with serving(said) as server, pytest.raises(error) as caught:
        sheets(server.url).check()
    if isinstance(caught.value, TryLater):
        assert caught.value.after == 60


def test_google_is_asked_for_a_lasting_consent() -> None:
    grant = GoogleSheets.grant
    assert grant is not None
    assert grant.extra == {"access_type": "offline", "prompt": "consent"}
    assert not grant.rotates
