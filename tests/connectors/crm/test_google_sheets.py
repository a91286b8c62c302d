"""Google Sheets' own ways: names in the first row, raw values, rows without ids that move."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from connectors.crm.google_sheets import GoogleSheets
from connectors.kit.errors import NeedsOwner, Refused, TryLater, UnexpectedAnswer
from connectors.kit.records import Arrival, Lead
from tests.connectors.kit.server import Reply, Seen, Server, reply, serving
from tests.connectors.lone import LEAD, at

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
    """A sheet of a test: its rows, and the answers to all else."""

    def __init__(self, *rows: Sequence[object]) -> None:
        self.rows = [*rows]

    def __call__(self, seen: Seen) -> Reply:
        path = unquote(urlsplit(seen.target).path)
        if path.endswith(":append"):
            return reply('{"updates": {"updatedRange": "A9"}}')
        if path.endswith(":batchUpdate"):
            return reply('{"replies": [{}]}')
        if "/values/" not in path:
            return reply(json.dumps(SHEETS))
        rows = self.rows[:1] if path.endswith("!1:1") else self.rows
        return reply(json.dumps({"range": "A1:C9", **({"values": rows} if rows else {})}))


def sheets(base: str, *, sheet: str = "Bob's leads", keys: tuple[str, ...] = ()) -> GoogleSheets:
    told = {"spreadsheet_id": "1Bx", "sheet": sheet}
    made = at(
        "google_sheets", "rows", told, base=base, keys=keys or tuple(NAMES), token="fresh"
    )  # fmt: skip
    assert isinstance(made, GoogleSheets)
    return made


def lead(record: Mapping[str, object]) -> Lead:
    return Lead(tag="bodigu", email=LEAD.email, handles=LEAD.handles, record=record)


def deleted(server: Server) -> list[int]:
    """Answer the positions of the rows that were deleted, in their order."""
    spans = [
        request["deleteDimension"]["range"]
        for seen in server.seen
        if seen.method == "POST"
        for request in json.loads(seen.body)["requests"]
    ]
    for span in spans:
        assert (span["sheetId"], span["dimension"]) == (731, "ROWS")
        assert span["endIndex"] == span["startIndex"] + 1
    return [span["startIndex"] for span in spans]


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
        assert deleted(server) == [3]
        assert [seen.method for seen in server.seen[-2:]] == ["GET", "POST"]


def test_many_rows_are_deleted_from_below_in_one_call() -> None:
    rows: list[Sequence[object]] = [
        NAMES,
        ["x", "Bodigu"],
        ["a", "b"],
        ["x", "Bodigu"],
        ["y", "Bodigu"],
    ]
    with serving(Sheet(*rows)) as server:
        arrivals = list(sheets(server.url).find([LEAD], SINCE))
        sheets(server.url).remove_many(arrivals)
        assert deleted(server) == [4, 3, 1]
        assert len(server.seen) == 4


def test_a_row_that_is_gone_is_fine_and_nobody_elses_is_touched() -> None:
    gone = Arrival(id="bodigu.1", record={"Email": "x", "Name": "Bodigu"})
    with serving(Sheet(NAMES, ["x", "Somebody"])) as server:
        sheets(server.url).remove(gone)
        assert deleted(server) == []


def test_a_row_that_looks_the_same_and_lacks_the_tag_is_never_deleted() -> None:
    with serving(Sheet(NAMES, ["x"], ["x"])) as server:
        for id in ("bodigu.1", ".1", ""):
            sheets(server.url).remove(Arrival(id=id, record={"Email": "x"}))
        assert deleted(server) == []


def test_a_row_that_changed_meanwhile_is_left_to_its_owner() -> None:
    with serving(Sheet(NAMES, ["real@customer.test", "Bodigu"])) as server:
        with pytest.raises(Refused, match="by hand"):
            sheets(server.url).remove(Arrival(id="bodigu.1", record={"Name": "Bodigu"}))
        assert deleted(server) == []


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
