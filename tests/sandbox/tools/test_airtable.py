"""The Airtable twin against what Airtable does."""

from typing import Any

import requests

from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, bearer, hop, send_form
from tests.sandbox_process import Control

ADDRESS = "leads+a@shop.test"


def _call(place: Json, method: str, path: str = "", **kwargs: Any) -> requests.Response:
    keys = place["credentials"]
    url = f"{place['url']}/v0/{keys['base_id']}/{keys['table']}{path}"
    return requests.request(method, url, headers=bearer(place), timeout=10, **kwargs)


def _add(place: Json, *rows: Json, **options: object) -> requests.Response:
    records = [{"fields": {"Email": ADDRESS, **row}} for row in rows or ({},)]
    return _call(place, "POST", json={"records": records, **options})


def _found(place: Json, formula: str, **asked: object) -> list[Json]:
    body = {"filterByFormula": formula, **asked}
    told = _call(place, "POST", "/listRecords", json=body).json()
    return [record["fields"] for record in told["records"]]


def _refused(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["type"]


def test_the_token_proves_itself(draw: Draw) -> None:
    place = hop(draw("airtable"), "airtable")
    me = requests.get(f"{place['url']}/v0/meta/whoami", headers=bearer(place), timeout=10)
    assert "data.records:read" in me.json()["scopes"]
    wrong = requests.get(f"{place['url']}/v0/meta/whoami", timeout=10)
    assert _refused(wrong) == (401, "AUTHENTICATION_REQUIRED")


def test_a_base_or_a_table_that_is_not_ours_cannot_be_told_from_none(draw: Draw) -> None:
    mine, theirs = (hop(draw("airtable"), "airtable") for _ in range(2))
    wrong = {
        **mine,
        "credentials": {**theirs["credentials"], "token": mine["credentials"]["token"]},
    }
    named = {**mine, "credentials": {**mine["credentials"], "table": "Nobody"}}
    for place in (wrong, named):
        refused = _call(place, "GET")
        assert _refused(refused) == (403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND")
    by_name = {**mine, "credentials": {**mine["credentials"], "table": "Leads"}}
    assert _call(by_name, "GET").json() == {"records": []}


def test_a_row_is_kept_with_its_types_and_its_empty_cells_are_absent(draw: Draw) -> None:
    place = hop(draw("airtable"), "airtable")
    row = {"Amount": 12.5, "Quantity": 0, "Consent": False, "Phone": "", "City": None}
    (made,) = _add(place, {**row, "Event time": "2031-03-05T10:00:00+02:00"}).json()["records"]
    created, greeting = made["fields"].pop("Created"), made["fields"].pop("Greeting")
    assert made["fields"] == {
        "Email": ADDRESS, "Amount": 12.5, "Quantity": 0,
        "Event time": "2031-03-05T08:00:00.000Z",
    }  # fmt: skip
    assert (created, greeting) == (made["createdTime"], "Dear friend")
    assert _call(place, "GET", f"/{made['id']}").json()["id"] == made["id"]


def test_nothing_is_unique_and_nothing_merged(draw: Draw) -> None:
    place = hop(draw("airtable"), "airtable")
    _add(place)
    _add(place)
    assert len(_call(place, "GET").json()["records"]) == 2


def test_a_value_of_another_type_refuses_all_of_a_call(draw: Draw) -> None:
    place = hop(draw("airtable"), "airtable")
    for row, kind in (
        ({"Amount": "12.50"}, "INVALID_VALUE_FOR_COLUMN"),
        ({"Created": "2031-03-05"}, "INVALID_VALUE_FOR_COLUMN"),
        ({"Interests": "Garden"}, "INVALID_VALUE_FOR_COLUMN"),
        ({"Topic": "complaint"}, "INVALID_MULTIPLE_CHOICE_OPTIONS"),
        ({"Shoe": "44"}, "UNKNOWN_FIELD_NAME"),
    ):
        assert _refused(_add(place, {}, row)) == (422, kind)
    assert _call(place, "GET").json()["records"] == []
    assert _add(place, *[{}] * 11).status_code == 422


def test_typecast_reads_what_it_can_and_adds_to_the_options(draw: Draw) -> None:
    place = hop(draw("airtable"), "airtable")
    row = {"Amount": "12.50", "Consent": "yes", "Quantity": "many", "Topic": "complaint"}
    (made,) = _add(place, row, typecast=True).json()["records"]
    kept = {key: made["fields"].get(key) for key in row}
    assert kept == {"Amount": 12.5, "Consent": True, "Quantity": None, "Topic": "complaint"}
    base = place["credentials"]["base_id"]
    url = f"{place['url']}/v0/meta/bases/{base}/tables"
    (table,) = requests.get(url, headers=bearer(place), timeout=10).json()["tables"]
    (topic,) = [field for field in table["fields"] if field["name"] == "Topic"]
    assert "complaint" in [option["name"] for option in topic["options"]["choices"]]
    assert _add(place, {"Topic": "complaint"}).status_code == 200


def test_a_formula_chooses_the_rows_and_fields_the_cells(draw: Draw) -> None:
    place = hop(draw("airtable"), "airtable")
    _add(place, {"Name": "Ann"}, {"Name": "Ben"})
    assert _found(place, '{Name}="Ann"', fields=["Name"]) == [{"Name": "Ann"}]
    path = "?filterByFormula=%7BName%7D%3D%22Ben%22&fields%5B%5D=Name"
    (record,) = _call(place, "GET", path).json()["records"]
    assert record["fields"] == {"Name": "Ben"}


def test_a_formula_that_cannot_be_used_is_refused_with_its_reason(draw: Draw) -> None:
    place = hop(draw("airtable"), "airtable")
    for formula, said in (("{Shoe}=1", "Unknown field names: shoe"), ("OR(", "Unexpected end")):
        refused = _call(place, "POST", "/listRecords", json={"filterByFormula": formula})
        assert _refused(refused) == (422, "INVALID_FILTER_BY_FORMULA")
        assert refused.json()["error"]["message"].endswith(said)
    refused = _call(place, "POST", "/listRecords", json={"fields": ["Shoe"]})
    assert _refused(refused) == (422, "UNKNOWN_FIELD_NAME")


def test_a_listing_has_pages_whose_offsets_run_out(draw: Draw) -> None:
    place = hop(draw("airtable"), "airtable")
    _add(place, *[{"Quantity": number} for number in range(5)])
    seen, offset = [], ""
    for _ in range(3):
        body = {"pageSize": 2, **({"offset": offset} if offset else {})}
        told = _call(place, "POST", "/listRecords", json=body).json()
        seen += [record["fields"]["Quantity"] for record in told["records"]]
        used, offset = offset, told.get("offset", "")
    assert (seen, offset) == ([0, 1, 2, 3, 4], "")
    again = _call(place, "POST", "/listRecords", json={"offset": used})
    assert _refused(again) == (422, "LIST_RECORDS_ITERATOR_NOT_AVAILABLE")
    assert len(_call(place, "GET", "?maxRecords=3").json()["records"]) == 3


def test_rows_are_removed_ten_at_a_time_all_or_none(draw: Draw) -> None:
    place = hop(draw("airtable"), "airtable")
    ids = [record["id"] for record in _add(place, *[{}] * 10).json()["records"]]
    gone = _call(place, "DELETE", f"/{ids[0]}")
    assert gone.json() == {"id": ids[0], "deleted": True}
    assert _call(place, "DELETE", f"/{ids[0]}").status_code == 403
    query = "&".join(f"records[]={id}" for id in ids)
    assert _call(place, "DELETE", f"?{query}").status_code == 403
    query = "&".join(f"records[]={id}" for id in ids[1:])
    assert len(_call(place, "DELETE", f"?{query}").json()["records"]) == 9
    assert _call(place, "GET").json()["records"] == []
    assert _call(place, "DELETE").status_code == 422


def test_a_row_is_changed_cell_by_cell(draw: Draw) -> None:
    place = hop(draw("airtable"), "airtable")
    (made,) = _add(place, {"Name": "Ann", "City": "Köln"}).json()["records"]
    _call(place, "PATCH", f"/{made['id']}", json={"fields": {"Name": "Eve"}})
    assert _found(place, "1=1", fields=["Name", "City"]) == [{"Name": "Eve", "City": "Köln"}]


def test_too_fast_is_said_in_airtables_own_way(draw: Draw, control: Control) -> None:
    place = hop(draw("airtable"), "airtable")
    with control.broken("tool:airtable", "429", account=place["account"]):
        limited = _call(place, "GET")
    assert limited.status_code == 429
    assert limited.json()["errors"][0]["error"] == "RATE_LIMIT_REACHED"
    assert "Retry-After" not in limited.headers


def test_a_lead_passes_through_to_the_next_tool_field_by_field(
    draw: Draw, control: Control
) -> None:
    chain = draw("website", "airtable", "crm")
    values = {**ANN, "email": "leads+through@shop.test"}
    send_form(chain, values)
    (row,) = control.until("crm", 1, account=chain["name"])
    fields = {key: str(held).replace("\r\n", "\n") for key, held in row["fields"].items()}
    assert fields.pop("amount") == "1234.56"
    assert fields.pop("datetime") == "2032-04-07T08:30:00.000Z"
    left_out = ("amount", "datetime")
    assert fields == {
        ("name" if key == "full_name" else key): held
        for key, held in values.items()
        if key not in left_out
    }
