"""QuickBooks' own ways: unique names, faults in a success, sync tokens, nothing mailed or lost."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.invoicing.quickbooks import QuickBooks
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused
from connectors.kit.records import Arrival, Lead
from tests.connectors.kit.server import reply, serving
from tests.connectors.lone import LEAD, at

SINCE = datetime(2026, 4, 3, 10, tzinfo=UTC)
SETTINGS = {"realm_id": "913"}
KEYS = ("DisplayName", "PrimaryEmailAddr.Address")
GONE = reply('{"Fault": {"Error": [{"Message": "Object Not Found", "code": "610"}]}}', "400 X")


def quickbooks(base: str = "", resource: str = "customers", **settings: str) -> QuickBooks:
    told = {**SETTINGS, **settings}
    made = at("quickbooks", resource, told, base=base, keys=KEYS, token="fresh")
    assert isinstance(made, QuickBooks)
    return made


def fault(code: str, status: str = "400 X") -> bytes:
    error = {"Message": "No", "Detail": "It cannot be.", "code": code, "element": ""}
    return reply(json.dumps({"Fault": {"Error": [error], "type": "ValidationFault"}}), status)


def test_every_call_bears_the_company_the_version_and_a_fresh_token() -> None:
    with serving(reply('{"CompanyInfo": {"CompanyName": "Zünd"}}')) as server:
        account = quickbooks(server.url).check()
        seen = server.seen[0]
    assert (account.id, account.label) == ("913", "Zünd")
    assert seen.target == "/v3/company/913/companyinfo/913?minorversion=75"
    assert seen.headers["Authorization"] == "Bearer fresh"
    assert seen.headers["Accept"] == "application/json"


def test_without_a_company_the_owner_is_asked_to_connect_again() -> None:
    with pytest.raises(NeedsOwner, match="connect it again"):
        quickbooks(realm_id="")


@pytest.mark.parametrize(
    ("environment", "host"),
    [("", "https://quickbooks.api"), ("sandbox", "https://sandbox-quickbooks.api")],
)
def test_a_test_company_lives_on_another_host(environment: str, host: str) -> None:
    made = quickbooks(environment=environment)
    assert made.api.address.absolute("/").startswith(host)


def test_dotted_keys_are_written_as_records_within_records() -> None:
    record = {"DisplayName": "Zoë O'Bodigu", "PrimaryEmailAddr.Address": "a+b@c.test"}
    lead = Lead(tag="t", email="e", handles=(), record=record)
    with serving(reply('{"Customer": {"Id": "58"}}')) as server:
        receipt = quickbooks(server.url).submit(lead)
        sent = json.loads(server.seen[0].body)
    assert sent == {
        "DisplayName": "Zoë O'Bodigu",
        "PrimaryEmailAddr": {"Address": "a+b@c.test"},
    }
    assert (receipt.id, receipt.url) == (
        "58",
        "https://app.qbo.intuit.com/app/customerdetail?nameId=58",
    )


def test_a_name_that_exists_leaves_open_whose_it_is() -> None:
    with serving(fault("6240")) as server, pytest.raises(OutcomeUnknown, match="already"):
        quickbooks(server.url).submit(LEAD)


@pytest.mark.parametrize("status", ["400 X", "200 OK"])
def test_a_fault_is_a_refusal_in_its_own_words_even_with_a_success(status: str) -> None:
    with serving(fault("2050", status)) as server:
        with pytest.raises(Refused, match="It cannot be"):
            quickbooks(server.url).submit(LEAD)
        with pytest.raises(Refused, match="It cannot be"):
            list(quickbooks(server.url).find([LEAD], SINCE))


def test_nothing_of_a_lead_stands_in_a_query() -> None:
    tricky = Lead(tag="bodigu", email="o'x+y@shop.test", handles=("o'x+y@shop.test", "O'Bodigu"))
    with serving(reply('{"QueryResponse": {}}')) as server:
        assert list(quickbooks(server.url).find([tricky], SINCE)) == []
        asked = parse_qs(urlsplit(server.seen[0].target).query)
    assert asked == {
        "query": [
            "select * from Customer where MetaData.LastUpdatedTime >= '2026-04-03T10:00:00Z'"
            " orderby Id startposition 1 maxresults 1000"
        ],
        "minorversion": ["75"],
    }


def test_a_record_is_read_by_its_dotted_keys_and_dated_in_utc() -> None:
    customer = {
        "Id": "58", "DisplayName": "Bodigu", "PrimaryEmailAddr": {"Address": "x@y.test"},
        "MetaData": {"CreateTime": "2026-04-03T02:15:53-08:00"},
    }  # fmt: skip
    with serving(reply(json.dumps({"QueryResponse": {"Customer": [customer]}}))) as server:
        (arrival,) = quickbooks(server.url).find([LEAD], SINCE)
    assert dict(arrival.record) == {
        "DisplayName": "Bodigu",
        "PrimaryEmailAddr.Address": "x@y.test",
    }
    assert arrival.created_at == datetime(2026, 4, 3, 10, 15, 53, tzinfo=UTC)


def answers(record: dict[str, object], entity: str) -> bytes:
    return reply(json.dumps({entity: record}))


def test_a_customer_is_made_inactive_from_its_latest_state_and_never_deleted() -> None:
    body = answers({"Id": "58", "SyncToken": "3", "Active": True}, "Customer")
    with serving(body) as server:
        quickbooks(server.url).remove(Arrival(id="58", record={}))
        read, written = server.seen
    assert read.target == "/v3/company/913/customer/58?minorversion=75"
    assert written.target == "/v3/company/913/customer?minorversion=75"
    assert json.loads(written.body) == {
        "Id": "58", "SyncToken": "3", "sparse": True, "Active": False,
    }  # fmt: skip


def test_a_customer_that_is_inactive_is_left_as_it_is() -> None:
    body = answers({"Id": "58", "SyncToken": "4", "Active": False}, "Customer")
    with serving(body) as server:
        quickbooks(server.url).remove(Arrival(id="58", record={}))
        assert len(server.seen) == 1


def test_an_unsent_invoice_is_deleted() -> None:
    invoice: dict[str, object] = {"Id": "9", "SyncToken": "0", "EmailStatus": "NotSet"}
    body = answers({**invoice, "LinkedTxn": []}, "Invoice")
    with serving(body) as server:
        quickbooks(server.url, "invoices").remove(Arrival(id="9", record={}))
        written = server.seen[1]
    assert written.target == "/v3/company/913/invoice?minorversion=75&operation=delete"
    assert json.loads(written.body) == {"Id": "9", "SyncToken": "0"}


@pytest.mark.parametrize(
    "more", [{"EmailStatus": "EmailSent"}, {"LinkedTxn": [{"TxnId": "7", "TxnType": "Payment"}]}]
)
def test_an_invoice_that_was_mailed_or_paid_is_left_to_its_owner(more: dict[str, object]) -> None:
    body = answers({"Id": "9", "SyncToken": "0", **more}, "Invoice")
    with serving(body) as server:
        with pytest.raises(Refused, match="by hand"):
            quickbooks(server.url, "invoices").remove(Arrival(id="9", record={}))
        assert len(server.seen) == 1


def test_what_is_gone_already_is_fine_and_what_changed_meanwhile_is_not() -> None:
    with serving(GONE) as server:
        quickbooks(server.url, "invoices").remove(Arrival(id="9", record={}))
    with serving(fault("5010")) as server, pytest.raises(Refused):
        quickbooks(server.url, "invoices").remove(Arrival(id="9", record={}))


def test_connecting_brings_the_company_along() -> None:
    grant = QuickBooks.grant
    assert grant is not None
    assert grant.returned == {"realmId": "realm_id"}
    assert grant.rotates
