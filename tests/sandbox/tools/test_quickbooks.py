"""The QuickBooks twin against what QuickBooks Online does."""

from typing import Any

import pytest
import requests

from sandbox.tools.quickbooks_query import BadQuery, parsed
from tests.sandbox.conftest import Draw
from tests.sandbox.people import ANN, Json, bearer, hop, lead, send_form
from tests.sandbox_process import Control


def _call(
    place: Json, method: str, path: str, body: Json | None = None, **query: str
) -> requests.Response:
    url = f"{place['url']}/v3/company/{place['credentials']['realm_id']}/{path}"
    return requests.request(method, url, json=body, params=query, headers=bearer(place), timeout=10)


def _ask(place: Json, query: str) -> Json:
    found: Json = _call(place, "GET", "query", query=query).json()["QueryResponse"]
    return found


def _code(response: requests.Response) -> str:
    assert response.status_code == 400
    return str(response.json()["Fault"]["Error"][0]["code"])


@pytest.fixture
def books(draw: Draw) -> Json:
    return hop(draw("quickbooks_customer"), "quickbooks_customer")


def _customer(books: Json, name: str = "Ann") -> Json:
    made = _call(books, "POST", "customer", {"DisplayName": name})
    customer: Json = made.json()["Customer"]
    return customer


def _invoice(books: Json, **more: Any) -> requests.Response:
    line = {"DetailType": "SalesItemLineDetail", "Amount": 12.5}
    return _call(books, "POST", "invoice", {"Line": [line], **more})


def test_the_token_opens_its_own_company_only(books: Json) -> None:
    realm = books["credentials"]["realm_id"]
    company = _call(books, "GET", f"companyinfo/{realm}").json()["CompanyInfo"]
    assert company["CompanyName"].endswith(" books")
    other = requests.get(
        f"{books['url']}/v3/company/1/companyinfo/1", headers=bearer(books), timeout=10
    )
    assert (other.status_code, other.json()["fault"]["error"][0]["code"]) == (403, "3100")
    nobody = requests.get(f"{books['url']}/v3/company/{realm}/companyinfo/1", timeout=10)
    assert (nobody.status_code, nobody.json()["fault"]["type"]) == (401, "AUTHENTICATION")
    assert nobody.headers["intuit_tid"]


def test_a_name_is_given_once_and_free_again_after_it_is_inactive(books: Json) -> None:
    first = _customer(books)
    assert (first["FullyQualifiedName"], first["Active"], first["SyncToken"]) == ("Ann", True, "0")
    assert _code(_call(books, "POST", "customer", {"DisplayName": "ANN"})) == "6240"
    gone = {"Id": first["Id"], "SyncToken": "0", "sparse": True, "Active": False}
    left = _call(books, "POST", "customer", gone).json()["Customer"]
    assert (left["Active"], left["DisplayName"], left["SyncToken"]) == (False, "Ann (deleted)", "1")
    assert _customer(books)["Id"] != first["Id"]


def test_a_name_is_made_of_its_parts(books: Json) -> None:
    parts = {"GivenName": "Zoë", "FamilyName": "O'Zorba"}
    made = _call(books, "POST", "customer", parts).json()["Customer"]
    assert made["DisplayName"] == "Zoë O'Zorba"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "2020"),
        ({"DisplayName": "A:B"}, "2040"),
        ({"DisplayName": "A", "Colour": "red"}, "2010"),
        ({"DisplayName": "A", "BillAddr": {"Street": "x"}}, "2010"),
        ({"DisplayName": "A", "PrimaryEmailAddr": {"Address": "Anne O'Zorba"}}, "2210"),
        ({"DisplayName": "A", "PrimaryPhone": {"FreeFormNumber": "1" * 31}}, "2050"),
        ({"DisplayName": "A" * 501}, "2050"),
        ({"DisplayName": "A", "GivenName": 7}, "2030"),
    ],
)
def test_wrong_customers_are_refused_by_code(books: Json, fields: Json, code: str) -> None:
    assert _code(_call(books, "POST", "customer", fields)) == code


def test_a_change_needs_the_latest_state_and_leaves_the_rest(books: Json) -> None:
    made = _customer(books)
    change = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "hello"}
    changed = _call(books, "POST", "customer", change).json()["Customer"]
    assert (changed["DisplayName"], changed["Notes"], changed["SyncToken"]) == ("Ann", "hello", "1")
    assert _code(_call(books, "POST", "customer", change)) == "5010"
    assert _code(_call(books, "POST", "customer", {**change, "Id": "1"})) == "610"


def test_an_invoice_is_unsent_and_can_be_deleted_or_voided(books: Json) -> None:
    customer = _customer(books)
    refused = _invoice(books, CustomerRef={"value": "1"})
    assert _code(refused) == "2500"
    assert _code(_invoice(books)) == "2020"
    assert _code(_call(books, "POST", "invoice", {"CustomerRef": {"value": customer["Id"]}})) == (
        "2020"
    )
    made = _invoice(books, CustomerRef={"value": customer["Id"]}).json()["Invoice"]
    assert (made["TotalAmt"], made["EmailStatus"]) == (12.5, "NotSet")
    assert made["CustomerRef"] == {"value": customer["Id"], "name": "Ann"}
    other = _invoice(books, CustomerRef={"value": customer["Id"]}).json()["Invoice"]
    handle = {"Id": made["Id"], "SyncToken": made["SyncToken"]}
    gone = _call(books, "POST", "invoice", handle, operation="delete").json()["Invoice"]
    assert gone["status"] == "Deleted"
    assert _code(_call(books, "GET", f"invoice/{made['Id']}")) == "610"
    handle = {"Id": other["Id"], "SyncToken": "0"}
    void = _call(books, "POST", "invoice", handle, operation="void").json()["Invoice"]
    assert (void["TotalAmt"], void["PrivateNote"]) == (0, "Voided")


def test_a_query_filters_sorts_and_pages(books: Json) -> None:
    ids = [_customer(books, name)["Id"] for name in ("Ann", "Zoë O'Bo", "Bea")]
    page = _ask(books, "select * from Customer orderby Id startposition 2 maxresults 1")
    assert ([one["Id"] for one in page["Customer"]], page["startPosition"]) == ([ids[1]], 2)
    assert _ask(books, "select * from Customer startposition 4") == {}
    assert _ask(books, "select count(*) from Customer") == {"totalCount": 3}
    for where, found in (
        (r"DisplayName = 'Zoë O\'Bo'", [1]),
        ("DisplayName LIKE '%e%' and Active = true", [2]),
        ("DisplayName in ('ann', 'Bea')", [0, 2]),
        (f"Id > '{ids[0]}' AND Id <= '{ids[2]}'", [1, 2]),
        ("MetaData.LastUpdatedTime >= '2020-01-01T00:00:00Z'", [0, 1, 2]),
        ("MetaData.CreateTime < '2020-01-01T00:00:00-08:00'", []),
    ):
        answer = _ask(books, f"select * from Customer where {where} orderby Id")  # noqa: S608
        assert [one["Id"] for one in answer.get("Customer", [])] == [ids[place] for place in found]


def test_the_inactive_are_only_shown_to_those_who_ask(books: Json) -> None:
    made = _customer(books)
    gone = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Active": False}
    _call(books, "POST", "customer", gone)
    assert _ask(books, "select * from Customer") == {}
    both = _ask(books, "select * from Customer where Active in (true, false)")
    assert len(both["Customer"]) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("selec * from Customer", "4000"),
        ("select * from Vendor", "4001"),
        ("select * from Customer where PrimaryPhone = '1'", "4001"),
        ("select * from Customer where DisplayName = 'O'Bo'", "4000"),
        ("select * from Customer where DisplayName = 'a' or DisplayName = 'b'", "4000"),
        ("select * from Customer maxresults 1001", "4001"),
        ("select * from Customer orderby Notes", "4001"),
    ],
)
def test_a_query_that_is_none_is_refused(query: str, code: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parsed(query)
    assert caught.value.code == code


def test_a_lead_becomes_a_customer_and_an_unsent_invoice(draw: Draw, control: Control) -> None:
    chain = draw("website", "quickbooks_customer", "quickbooks_invoice")
    send_form(chain, ANN)
    (invoice,) = control.until("quickbooks", 1, chain["name"], "invoices")
    (customer,) = control.records("quickbooks", chain["name"], "customers")
    assert customer["fields"]["DisplayName"] == ANN["full_name"]
    assert customer["fields"]["BillAddr.PostalCode"] == "01234"
    assert invoice["fields"]["CustomerRef.value"] == customer["id"]
    assert invoice["fields"]["EmailStatus"] == "NotSet"


def test_customer_and_invoice_may_be_written_at_the_same_time(draw: Draw, control: Control) -> None:
    chain = draw(
        "website", "quickbooks_customer", {"tool": "quickbooks_invoice", "after": "website"}
    )
    for number in range(8):
        send_form(chain, lead(f"both{number}", full_name=f"Ann Both{number}"))
    control.until("quickbooks", 8, chain["name"], "invoices")
    assert len(control.until("quickbooks", 8, chain["name"], "customers")) == 8
    assert {
        one["outcome"] for one in control.deliveries() if chain["name"] in one["automation"]
    } == {"delivered"}


def test_an_amount_reaches_the_invoice_from_a_hop_that_holds_it(
    draw: Draw, control: Control
) -> None:
    chain = draw("website", {"tool": "quickbooks_invoice", "after": "website"})
    send_form(chain, ANN)
    (invoice,) = control.until("quickbooks", 1, chain["name"], "invoices")
    assert invoice["fields"]["TotalAmt"] == 1234.56
    assert invoice["fields"]["CustomerRef.name"] == ANN["full_name"]
    assert invoice["fields"]["DueDate"] == ANN["date"]


def test_a_lead_that_comes_twice_is_one_customer_and_two_invoices(
    draw: Draw, control: Control
) -> None:
    chain = draw("website", "quickbooks_customer", "quickbooks_invoice")
    handoff = hop(chain, "quickbooks_customer")["handoff"]
    with control.broken(f"handoff:{handoff}", "duplicate"):
        send_form(chain, lead("twice"))
        control.until("quickbooks", 2, chain["name"], "invoices")
    assert len(control.records("quickbooks", chain["name"], "customers")) == 1
