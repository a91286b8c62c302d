"""Stripe's own ways: brackets in forms, modes by key, an exact email filter, its own time."""

from datetime import UTC, datetime

import pytest

from connectors.invoicing.stripe import Stripe
from connectors.kit.errors import Refused
from connectors.kit.records import Arrival, Lead
from tests.connectors.kit.server import reply, serving
from tests.connectors.lone import LEAD, at

SINCE = datetime(2026, 4, 3, 10, tzinfo=UTC)


def stripe(base: str = "", resource: str = "customers", key: str = "sk_test_1") -> Stripe:
    made = at("stripe", resource, {"api_key": key}, base=base)
    assert isinstance(made, Stripe)
    return made


def test_dotted_keys_are_written_in_brackets() -> None:
    lead = Lead(tag="t", email="e", handles=(), record={"address.city": "Köln", "metadata.a": 1})
    with serving(reply('{"id": "cus_1"}')) as server:
        receipt = stripe(server.url).submit(lead)
        assert server.seen[0].body == b"address%5Bcity%5D=K%C3%B6ln&metadata%5Ba%5D=1"
        assert "Stripe-Version" in server.seen[0].headers
    assert (receipt.id, receipt.url) == (
        "cus_1",
        "https://dashboard.stripe.com/test/customers/cus_1",
    )


@pytest.mark.parametrize(
    ("key", "body", "label", "mode"),
    [
        ("sk_test_1", '{"id": "acct_1"}', "acct_1", "test"),
        ("rk_live_1", '{"id": "acct_1", "business_profile": {"name": "S"}}', "S", "live"),
        (
            "sk_live_1",
            '{"id": "acct_1", "settings": {"dashboard": {"display_name": "S"}}}',
            "S",
            "live",
        ),
    ],
)
def test_the_account_tells_its_mode(key: str, body: str, label: str, mode: str) -> None:
    with serving(reply(body)) as server:
        account = stripe(server.url, key=key).check()
    assert (account.id, account.label, account.notes) == (
        f"acct_1/{mode}",
        label,
        (f"{mode} mode",),
    )


def test_the_email_filter_is_asked_in_both_cases_and_then_what_is_new() -> None:
    mixed = Lead(tag="bodigu", email="Probe@shop.test", handles=("Probe@shop.test", "Bodigu"))
    with serving(reply('{"data": [], "has_more": true}')) as server:
        assert list(stripe(server.url).find([mixed], SINCE)) == []
        assert [seen.target for seen in server.seen] == [
            "/v1/customers?email=Probe%40shop.test&limit=100",
            "/v1/customers?email=probe%40shop.test&limit=100",
            "/v1/customers?created%5Bgte%5D=1775210400&limit=100",
        ]


def test_many_leads_and_all_invoices_are_found_in_one_listing() -> None:
    with serving(reply('{"data": [], "has_more": false}')) as server:
        list(stripe(server.url).find([LEAD] * 3, SINCE))
        list(stripe(server.url, "invoices").find([LEAD], SINCE))
        assert len(server.seen) == 2


@pytest.mark.parametrize(("age", "lines", "seen"), [(1, "", 0), (1, "{}", 1), (60, "", 1)])
def test_a_draft_whose_lines_are_still_to_come_is_not_seen_yet(
    age: int, lines: str, seen: int
) -> None:
    born = int(datetime.now(UTC).timestamp()) - age
    invoice = (
        f'{{"id": "in_1", "created": {born}, "customer_email": "{LEAD.email}",'
        f' "amount_due": 0, "lines": {{"data": [{lines}]}}}}'
    )
    with serving(reply(f'{{"data": [{invoice}], "has_more": false}}')) as server:
        found = list(stripe(server.url, "invoices").find([LEAD], SINCE))
    assert len(found) == seen


@pytest.mark.parametrize(("status", "fine"), [(404, True), (400, False)])
def test_only_a_draft_can_be_removed_and_gone_is_fine(status: int, fine: bool) -> None:
    with serving(reply("{}", f"{status} X")) as server:
        if fine:
            stripe(server.url, "invoices").remove(Arrival(id="in_1", record={}))
        else:
            with pytest.raises(Refused):
                stripe(server.url, "invoices").remove(Arrival(id="in_1", record={}))
