"""Xero's own ways: a tenant in every call, names that merge, no creation time, an archive."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.invoicing.xero import Xero
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused, TryLater
from connectors.kit.records import Arrival, Lead
from tests.connectors.kit.server import Seen, reply, serving
from tests.connectors.lone import LEAD, at

SINCE = datetime(2026, 4, 3, 10, tzinfo=UTC)
TENANT = "11111111-2222-4333-8444-555555555555"
KEYS = ("Name", "EmailAddress", "Phones.DEFAULT", "Addresses.STREET.City", "UpdatedDateUTC")


def xero(base: str, resource: str = "contacts", tenant: str = TENANT, **more: object) -> Xero:
    told = {"tenant_id": tenant}
    keys = more.get("keys", KEYS)
    assert isinstance(keys, tuple)
    made = at("xero", resource, told, base=base, keys=keys, token="fresh")
    assert isinstance(made, Xero)
    return made


def answers(**kinds: object) -> Callable[[Seen], bytes]:
    """Answer each listing by the last part of its path; what is not given is empty."""

    def answer(seen: Seen) -> bytes:
        kind = urlsplit(seen.target).path.rpartition("/")[2]
        held = kinds.get(kind, [])
        return reply(json.dumps(held if kind == "Connections" else {kind: held}))

    return answer


def refusal(said: str) -> bytes:
    elements = [{"ValidationErrors": [{"Message": said}]}]
    body = {"Message": "A validation exception occurred", "Elements": elements}
    return reply(json.dumps(body), "400 X")


def test_the_organisation_a_sign_in_opens_goes_along_as_a_header() -> None:
    connection = {"tenantId": TENANT, "tenantType": "ORGANISATION", "tenantName": "Zünd"}
    practice = {"tenantId": "p", "tenantType": "PRACTICE", "tenantName": "Books"}
    organisation = {"OrganisationID": TENANT, "Name": "Zünd", "IsDemoCompany": True}
    told = answers(Connections=[practice, connection])

    def answer(seen: Seen) -> bytes:
        if seen.target.endswith("/Organisation"):
            return reply(json.dumps({"Organisations": [organisation]}))
        return told(seen)

    with serving(answer) as server:
        account = xero(server.url, tenant="").check()
        asked, checked = server.seen
    assert (account.id, account.label, account.notes) == (TENANT, "Zünd", ("demo company",))
    assert asked.target == "/Connections"
    assert "xero-tenant-id" not in asked.headers
    assert checked.headers["xero-tenant-id"] == TENANT
    assert checked.headers["Authorization"] == "Bearer fresh"


@pytest.mark.parametrize(
    ("names", "said"), [((), "choose one"), (("One", "Two"), "One t-One, Two t-Two")]
)
def test_no_organisation_or_several_need_the_owner(names: tuple[str, ...], said: str) -> None:
    opened = [
        {"tenantId": f"t-{name}", "tenantType": "ORGANISATION", "tenantName": name}
        for name in names
    ]
    with serving(answers(Connections=opened)) as server, pytest.raises(NeedsOwner, match=said):
        xero(server.url, tenant="").check()


def test_phones_and_addresses_are_written_in_lists_by_their_kind() -> None:
    record = {
        "Name": "Zoë Bodigu",
        "Phones.DEFAULT": "+44 20 7946 0018",
        "Addresses.STREET.City": "Köln",
        "Addresses.STREET.PostalCode": "01234",
    }
    lead = Lead(tag="bodigu", email="e", handles=(), record=record)
    with serving(answers(Contacts=[{"ContactID": "c-1"}])) as server:
        receipt = xero(server.url).submit(lead)
        seen = server.seen[0]
    assert json.loads(seen.body) == {
        "Contacts": [
            {
                "Name": "Zoë Bodigu",
                "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "+44 20 7946 0018"}],
                "Addresses": [{"AddressType": "STREET", "City": "Köln", "PostalCode": "01234"}],
            }
        ]
    }
    assert seen.headers["Idempotency-Key"] == "handoff-contacts-bodigu"
    assert (receipt.id, receipt.url) == ("c-1", "https://go.xero.com/Contacts/View/c-1")


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (("44", "20", "7946 0018"), "+44 20 7946 0018"),
        (("+44", "20", "79460018"), "+44 20 79460018"),
        (("0044", "20", "79460018"), "0044 20 79460018"),
        (("", "(020)", "7946 0018"), "(020) 7946 0018"),
        (("", "", "+442079460018"), "+442079460018"),
        (("", "", ""), ""),
    ],
)
def test_a_phone_in_three_parts_is_read_as_one_number(
    parts: tuple[str, str, str], whole: str
) -> None:
    country, area, number = parts
    phone = {"PhoneType": "DEFAULT", "PhoneCountryCode": country, "PhoneAreaCode": area,
             "PhoneNumber": number}  # fmt: skip
    contact = {"ContactID": "c-1", "Name": "Bodigu", "Phones": [phone]}
    with serving(answers(Contacts=[contact])) as server:
        (arrival,) = xero(server.url).find([LEAD], SINCE)
    assert arrival.record["Phones.DEFAULT"] == whole


def test_when_a_contact_was_changed_is_never_told_as_when_it_was_made() -> None:
    # A real contact that our lead was merged into was changed just now: it must not pass for new.
    contact = {"ContactID": "c-1", "Name": "Bodigu", "UpdatedDateUTC": "/Date(1775210400500+0000)/"}
    with serving(answers(Contacts=[contact])) as server:
        (arrival,) = xero(server.url).find([LEAD], SINCE)
    assert arrival.created_at is None
    assert arrival.record["UpdatedDateUTC"] == "2026-04-03T10:00:00.500000+00:00"


def test_what_changed_is_listed_by_id_so_that_no_change_hides_a_record() -> None:
    with serving(answers()) as server:
        assert list(xero(server.url).find([LEAD], SINCE)) == []
        seen = server.seen[0]
    assert seen.headers["If-Modified-Since"] == "2026-04-03T10:00:00Z"
    assert parse_qs(urlsplit(seen.target).query) == {
        "order": ["ContactID ASC"],
        "pageSize": ["1000"],
        "page": ["1"],
    }


def test_pages_shorter_than_asked_for_are_read_to_the_last() -> None:
    def answer(seen: Seen) -> bytes:
        number = int(parse_qs(urlsplit(seen.target).query)["page"][0])
        held = [{"ContactID": f"c-{number}", "Name": "Bodigu"}] if number < 4 else []
        return reply(json.dumps({"pagination": {"pageSize": 1}, "Contacts": held}))

    with serving(answer) as server:
        found = list(xero(server.url).find([LEAD], SINCE))
    assert [one.id for one in found] == ["c-1", "c-2", "c-3"]


def test_an_invoice_is_read_with_the_whole_of_its_contact() -> None:
    contact = {"ContactID": "c-1", "Name": "Bodigu", "EmailAddress": LEAD.email}
    invoices = [
        {"InvoiceID": "i-1", "Contact": {"ContactID": "c-1", "Name": "Bodigu"}, "Total": 12.5,
         "DueDate": "/Date(1775174400000+0000)/"},
        {"InvoiceID": "i-2", "Contact": {"ContactID": "c-2", "Name": "Somebody"}, "Total": 1},
    ]  # fmt: skip
    keys = ("Contact.Name", "Contact.EmailAddress", "Total", "DueDate")
    with serving(answers(Contacts=[contact], Invoices=invoices)) as server:
        (arrival,) = xero(server.url, "invoices", keys=keys).find([LEAD], SINCE)
        query, of = (parse_qs(urlsplit(seen.target).query) for seen in server.seen)
    assert of["includeArchived"] == ["true"]
    assert arrival.id == "i-1"
    assert dict(arrival.record) == {
        "Contact.Name": "Bodigu", "Contact.EmailAddress": LEAD.email, "Total": 12.5,
        "DueDate": "2026-04-03T00:00:00+00:00",
    }  # fmt: skip
    assert query["where"] == ['Type=="ACCREC"']
    assert query["Statuses"] == ["DRAFT,SUBMITTED,AUTHORISED,PAID"]


def test_where_there_is_no_invoice_no_contacts_are_asked_for() -> None:
    with serving(answers(Contacts=[], Invoices=[])) as server:
        assert list(xero(server.url, "invoices", keys=("Total",)).find([LEAD], SINCE)) == []
        assert len(server.seen) == 1


@pytest.mark.parametrize("status", ["ACTIVE", "ARCHIVED"])
def test_a_contact_is_archived_once_and_never_deleted(status: str) -> None:
    with serving(reply(json.dumps({"Contacts": [{"ContactStatus": status}]}))) as server:
        xero(server.url).remove(Arrival(id="c-1", record={}))
        written = [json.loads(seen.body) for seen in server.seen if seen.method == "POST"]
    archived = {"Contacts": [{"ContactID": "c-1", "ContactStatus": "ARCHIVED"}]}
    assert written == ([archived] if status == "ACTIVE" else [])


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED", "DELETED", "VOIDED"])
def test_a_draft_is_deleted_and_a_deleted_one_left_alone(status: str) -> None:
    with serving(reply(json.dumps({"Invoices": [{"Status": status}]}))) as server:
        xero(server.url, "invoices").remove(Arrival(id="i-1", record={}))
        written = [json.loads(seen.body) for seen in server.seen if seen.method == "POST"]
    deleted = {"Invoices": [{"InvoiceID": "i-1", "Status": "DELETED"}]}
    assert written == ([deleted] if status in ("DRAFT", "SUBMITTED") else [])


def test_an_approved_invoice_is_left_to_its_owner() -> None:
    with serving(reply('{"Invoices": [{"Status": "AUTHORISED"}]}')) as server:
        with pytest.raises(Refused, match=r"AUTHORISED.*by hand"):
            xero(server.url, "invoices").remove(Arrival(id="i-1", record={}))
        assert len(server.seen) == 1


def test_what_is_gone_already_is_fine() -> None:
    with serving(reply("{}", "404 X")) as server:
        xero(server.url).remove(Arrival(id="c-1", record={}))


@pytest.mark.parametrize(
    ("problem", "after"), [("minute", 60), ("day", 3600), ("concurrent", 5), ("", None)]
)
def test_the_limit_that_was_reached_tells_how_long_to_stay_away(
    problem: str, after: float | None
) -> None:
    said = reply("", "429 X", *([f"X-Rate-Limit-Problem: {problem}"] if problem else []))
    with serving(said) as server, pytest.raises(TryLater) as caught:
        xero(server.url).check()
    assert caught.value.after == after


def test_a_name_that_another_contact_has_leaves_open_whose_it_is() -> None:
    said = "The contact name Bodigu is already assigned to another contact. It must be unique."
    with serving(refusal(said)) as server, pytest.raises(OutcomeUnknown, match="already assigned"):
        xero(server.url).submit(LEAD)


def test_a_refusal_tells_what_is_wrong_with_the_contact() -> None:
    said = "Email address must be valid."
    with serving(refusal(said)) as server, pytest.raises(Refused, match=said):
        xero(server.url).submit(LEAD)


def test_refresh_tokens_are_good_for_one_use() -> None:
    grant = Xero.grant
    assert grant is not None
    assert grant.rotates
    assert "offline_access" in grant.scopes
