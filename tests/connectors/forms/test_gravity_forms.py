"""Gravity Forms' own ways: submissions not entries, two ways to sign, a search decoded twice."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.forms.gravity_forms import GravityForms
from connectors.kit.auth import Basic
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused, TryLater
from connectors.kit.oauth1 import OAuth1
from connectors.kit.records import Arrival, Lead
from tests.connectors.kit.server import Seen, Server, reply, serving
from tests.connectors.lone import LEAD, at
from tests.connectors.twins import TWINS
from tests.sandbox_process import Control, SandboxProcess

TWIN, SIGNED = (twin for twin in TWINS if twin.slug == "gravity_forms")
SETTINGS = {"consumer_key": "ck", "consumer_secret": "cs", "form_id": "4"}
KEYS = ("1.3", "2")


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=15)


def gravity(sandbox: SandboxProcess, **changes: str) -> GravityForms:
    made = TWIN.connect(sandbox.state, changes=changes)
    assert isinstance(made, GravityForms)
    return made


def lone(server: Server, **changes: str) -> GravityForms:
    settings = {**SETTINGS, **changes}
    made = at("gravity_forms", "entries", settings, base=server.url, keys=KEYS)
    assert isinstance(made, GravityForms)
    return made


def entry(id: str, **more: object) -> dict[str, object]:
    born = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    return {"id": id, "form_id": "4", "date_created": born, "2": LEAD.email, **more}


def pages(*shown: list[dict[str, object]]) -> Callable[[Seen], bytes]:
    """Answer a site whose listing, page after page, shows these entries."""
    rest = iter(shown)
    return lambda _seen: reply(json.dumps({"total_count": 9, "entries": next(rest, [])}))


def test_what_one_way_of_signing_hands_in_the_other_finds(sandbox: SandboxProcess) -> None:
    lead, signed = TWIN.lead(), SIGNED.connect(sandbox.state)
    assert isinstance(signed, GravityForms)
    receipt = gravity(sandbox).submit(lead)
    (arrival,) = signed.find([lead], since())
    assert arrival.id == receipt.id
    assert signed.check() == gravity(sandbox).check()
    assert signed.fields() == gravity(sandbox).fields()


def test_with_oauth_the_call_is_signed_in_its_query() -> None:
    with serving(reply('{"fields": []}')) as server:
        lone(server, auth="oauth1").fields()
        (seen,) = server.seen
    assert "oauth_signature=" in seen.target
    assert "Authorization" not in seen.headers


def test_a_key_and_secret_are_not_sent_in_the_clear() -> None:
    with pytest.raises(NeedsOwner, match="https"):
        at("gravity_forms", "entries", {**SETTINGS, "base_url": "http://shop.test"})
    clear = {**SETTINGS, "base_url": "http://shop.test", "auth": "oauth1"}
    assert isinstance(at("gravity_forms", "entries", clear), GravityForms)
    safe = at("gravity_forms", "entries", {**SETTINGS, "base_url": "https://shop.test/blog"})
    assert isinstance(safe, GravityForms)
    assert safe.api.address.target("/x", ()) == "/blog/x"


def test_sites_of_one_network_are_accounts_of_their_own() -> None:
    page = reply('{"title": "Contact", "entries": []}')
    with serving(page) as server:
        named = {
            at("gravity_forms", "entries", SETTINGS, base=f"{server.url}{path}").check().id
            for path in ("", "/", "/shop", "/blog/")
        }
    assert named == {"127.0.0.1", "127.0.0.1/shop", "127.0.0.1/blog"}


def test_each_way_of_signing_is_its_scheme() -> None:
    made = {
        auth: at("gravity_forms", "entries", {**SETTINGS, "auth": auth}, base="https://a.test")
        for auth in ("basic", "oauth1")
    }
    assert isinstance(made["basic"], GravityForms)
    assert isinstance(made["oauth1"], GravityForms)
    assert isinstance(made["basic"]._auth(), Basic)
    assert isinstance(made["oauth1"]._auth(), OAuth1)


def test_a_lead_goes_in_as_from_the_page_so_that_feeds_run(
    sandbox: SandboxProcess, control: Control
) -> None:
    name = "gravity-feeds"
    chain = control.chain(name, hops=["gravity_forms", "crm"], delay=0.02)
    place = chain["hops"][0]
    settings = {**place["credentials"], "base_url": place["url"]}
    made = at("gravity_forms", "entries", settings, base=place["url"])
    assert isinstance(made, GravityForms)
    lead = TWIN.lead()
    made.submit(lead)
    (row,) = control.until("crm", 1, account=name)
    assert row["email"] == lead.email
    control.drop_chain(name)


def test_the_search_holds_nothing_that_a_second_decoding_would_change() -> None:
    with serving(pages()) as server:
        moment = datetime(2031, 3, 5, 10, 30, tzinfo=UTC)
        list(lone(server).find([LEAD], moment))
        (seen,) = server.seen
    search = parse_qs(urlsplit(seen.target).query)["search"][0]
    assert json.loads(search) == {"start_date": "2031-03-04"}
    assert not {"+", "%", "\\"} & {*search}


def test_values_the_form_refuses_are_told_by_field(sandbox: SandboxProcess) -> None:
    connector, lead = gravity(sandbox), TWIN.lead()
    bad = Lead(tag=lead.tag, email="", handles=(), record={**lead.record, "2": "nobody"})
    with pytest.raises(Refused, match="email address entered is invalid"):
        connector.submit(bad)
    no = reply('{"is_valid": false, "validation_messages": {"2": "No."}}')
    with serving(no) as server, pytest.raises(Refused, match=r"No\."):
        lone(server).submit(LEAD)


@pytest.mark.parametrize("told", ["{}", '{"entry_id": null}', '{"entry_id": 0}'])
def test_a_site_that_names_no_entry_has_taken_the_lead_nonetheless(told: str) -> None:
    body = json.dumps({"is_valid": True, **json.loads(told)})
    with serving(reply(body)) as server:
        assert lone(server).submit(LEAD).id == ""


def test_a_success_that_says_nothing_of_the_lead_leaves_the_outcome_unknown() -> None:
    with serving(reply("[]")) as server, pytest.raises(OutcomeUnknown):
        lone(server).submit(LEAD)


def test_an_entry_links_to_where_the_owner_sees_it() -> None:
    with serving(reply('{"is_valid": true, "entry_id": 71}')) as server:
        receipt = lone(server).submit(LEAD)
    assert receipt.id == "71"
    page = f"{server.url}/wp-admin/admin.php?page=gf_entries&view=entry&id=4&lid=71"
    assert receipt.url == page


def test_the_listing_ends_where_it_gets_older_than_asked() -> None:
    old = "2031-03-05 09:00:00"
    young = [entry("2"), entry("1", date_created=old)]
    with serving(pages(young)) as server:
        found = list(lone(server).find([LEAD], datetime(2031, 3, 5, 9, 0, 1, tzinfo=UTC)))
        assert len(server.seen) == 1
    assert [one.id for one in found] == []


def test_an_entry_pushed_to_the_next_page_is_one() -> None:
    first = [entry(str(number)) for number in range(200)]
    with serving(pages(first, [entry("199"), entry("200")])) as server:
        found = [one.id for one in lone(server).find([LEAD], since())]
    assert found == [str(number) for number in range(201)]


def test_what_is_gone_for_good_is_fine_though_its_deletion_breaks_down(
    sandbox: SandboxProcess,
) -> None:
    gravity(sandbox).remove(Arrival(id="1", record={}))


def test_a_deletion_that_breaks_down_over_an_entry_that_is_there_is_tried_later() -> None:
    with (
        serving(lambda seen: reply("{}", "500 X" if seen.method == "DELETE" else "200 OK")) as site,
        pytest.raises(TryLater),
    ):
        lone(site).remove(Arrival(id="1", record={}))


def test_a_removed_entry_lies_in_the_trash(sandbox: SandboxProcess, control: Control) -> None:
    connector, lead = gravity(sandbox), TWIN.lead()
    connector.submit(lead)
    (arrival,) = connector.find([lead], since())
    connector.remove(arrival)
    (kept,) = (one for one in control.records("gravity_forms") if one["id"] == arrival.id)
    assert kept["archived"]


def test_a_form_whose_entries_the_key_may_not_read_is_not_proved() -> None:
    shut = reply('{"code": "rest_forbidden", "message": "Sorry"}', "401 X")
    with (
        serving(lambda seen: shut if "entries" in seen.target else reply('{"title": "x"}')) as site,
        pytest.raises(NeedsOwner),
    ):
        lone(site).check()


def test_a_date_goes_in_as_the_form_asks_and_comes_back_in_iso(sandbox: SandboxProcess) -> None:
    connector, lead = gravity(sandbox), TWIN.lead()
    day = {**lead.record, "8": "03/05/2031", "14": True}
    connector.submit(Lead(tag=lead.tag, email=lead.email, handles=lead.handles, record=day))
    connector.site = at(
        "gravity_forms", "entries", {}, base="https://a.test", keys=("8", "14")
    ).site
    (arrival,) = connector.find([lead], since())
    assert arrival.record == {"8": "2031-03-05", "14": "true"}


def test_the_form_tells_its_fields_input_by_input(sandbox: SandboxProcess) -> None:
    fields = {field.key: field for field in gravity(sandbox).fields()}
    assert fields["1.3"].label == "Name: First"
    assert fields["1.3"].required
    assert "1.4" not in fields
    assert "15" not in fields
    assert fields["2"].kind == "email"
    assert fields["14"].choices == ("true", "false")
    assert not fields["6.1"].required


def test_fields_without_inputs_or_choices_are_read_however_they_are_empty() -> None:
    odd = [
        {"type": "select", "id": 1, "label": "A", "inputs": None, "choices": ""},
        {"type": "section", "id": 2},
        {"type": "address", "id": 3, "isRequired": True, "inputs": [{"id": "3.5"}, {"id": "3.2"}]},
    ]
    with serving(reply(json.dumps({"fields": odd}))) as server:
        told = [(field.key, field.kind, field.required) for field in lone(server).fields()]
    assert told == [("1", "text", False), ("3.5", "text", True), ("3.2", "text", False)]
