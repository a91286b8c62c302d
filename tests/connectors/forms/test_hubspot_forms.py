"""HubSpot's forms: two hosts, the token on one only; one contact, every submission."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.forms.hubspot_forms import HubSpotForms
from connectors.kit.base import Ability, Removes
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused, UnexpectedAnswer
from connectors.kit.records import Lead
from tests.connectors.kit.server import Seen, Server, reply, serving
from tests.connectors.lone import LEAD, at
from tests.connectors.twins import TWINS
from tests.sandbox_process import Control, SandboxProcess

(TWIN,) = (twin for twin in TWINS if twin.slug == "hubspot_forms")
SETTINGS = {"token": "pat-secret", "portal_id": "12345", "form_id": "78c2891f"}
THANKS = reply('{"inlineMessage": "<p>Thanks</p>"}')
NOW = datetime(2031, 3, 5, 10, tzinfo=UTC)
Said = dict[str, object]


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=15)


def forms(sandbox: SandboxProcess, **changes: str) -> HubSpotForms:
    made = TWIN.connect(sandbox.state, changes=changes)
    assert isinstance(made, HubSpotForms)
    return made


def lone(server: Server | None = None, *keys: str) -> HubSpotForms:
    base = server.url if server else ""
    made = at("hubspot_forms", "submissions", SETTINGS, base=base, keys=keys)
    assert isinstance(made, HubSpotForms)
    return made


def submission(id: str, *, minutes: float = 0, **values: str) -> Said:
    given = {"email": LEAD.email, **values}
    told = [{"name": name, "value": value} for name, value in given.items()]
    at_ = NOW + timedelta(minutes=minutes)
    return {"conversionId": id, "submittedAt": int(at_.timestamp() * 1000), "values": told}


def pages(*shown: list[Said]) -> Callable[[Seen], bytes]:
    """Answer a portal whose listing goes on for as many pages as given."""

    def page(seen: Seen) -> bytes:
        number = int(parse_qs(urlsplit(seen.target).query).get("after", ["0"])[0])
        more = {"next": {"after": str(number + 1)}} if number + 1 < len(shown) else None
        body: Said = {"results": shown[number]}
        return reply(json.dumps(body | ({"paging": more} if more else {})))

    return page


def test_the_token_goes_to_its_own_host_and_the_form_to_the_visitors() -> None:
    made = lone()
    assert made.api.address.place.host == "api.hubapi.com"
    assert made.page.address.place.host == "api.hsforms.com"


def test_the_token_is_not_sent_with_a_submission() -> None:
    with serving(THANKS) as server:
        lone(server).submit(LEAD)
        (seen,) = server.seen
    assert "Authorization" not in seen.headers
    assert "pat-secret" not in repr(seen)
    assert seen.target == "/submissions/v3/integration/submit/12345/78c2891f"


def test_a_submission_takes_neither_a_visitors_cookie_nor_a_consent() -> None:
    lead = Lead(tag="t", email="a@b.c", handles=(), record={"email": "a@b.c", "consent": True})
    with serving(THANKS) as server:
        lone(server).submit(lead)
        sent = json.loads(server.seen[0].body)
    assert sent == {"fields": [
        {"objectTypeId": "0-1", "name": "email", "value": "a@b.c"},
        {"objectTypeId": "0-1", "name": "consent", "value": "true"},
    ]}  # fmt: skip


@pytest.mark.parametrize("told", ['{"inlineMessage": "x"}', '{"redirectUri": "https://x"}', "{}"])
def test_whatever_the_visitor_is_told_the_lead_was_taken(told: str) -> None:
    with serving(reply(told)) as server:
        assert lone(server).submit(LEAD).id == ""


def test_a_page_that_is_no_answer_leaves_the_outcome_unknown() -> None:
    with serving(reply("[]")) as server, pytest.raises(OutcomeUnknown):
        lone(server).submit(LEAD)


def test_two_submissions_of_one_address_are_two_though_their_contact_is_one(
    sandbox: SandboxProcess, control: Control
) -> None:
    connector, lead = forms(sandbox), TWIN.lead()
    connector.submit(lead)
    connector.submit(lead)
    assert len(list(connector.find([lead], since()))) == 2
    contacts = control.records("hubspot_forms", resource="contacts")
    assert len([one for one in contacts if one["email"] == lead.email]) == 1


def test_nothing_of_it_is_removed_here() -> None:
    assert not issubclass(HubSpotForms, Removes)
    assert not HubSpotForms.able(Ability.REMOVES, "submissions", {})


def test_the_listing_ends_where_it_gets_older_than_asked() -> None:
    young = [submission("3", minutes=2), submission("2", minutes=1)]
    old = [submission("1", minutes=-1), submission("0", minutes=-2)]
    with serving(pages(young, old, [submission("x")])) as server:
        found = [one.id for one in lone(server).find([LEAD], NOW)]
        assert len(server.seen) == 2
    assert found == ["3", "2"]


def test_a_submission_of_years_ago_without_an_id_ends_the_listing_too() -> None:
    old = submission("0", minutes=-1)
    del old["conversionId"]
    with serving(pages([submission("1"), old])) as server:
        assert [one.id for one in lone(server).find([LEAD], NOW)] == ["1"]


def test_a_submission_pushed_to_the_next_page_is_one() -> None:
    shown = [submission("2"), submission("1")]
    with serving(pages(shown, [submission("1"), submission("0")])) as server:
        assert [one.id for one in lone(server).find([LEAD], NOW)] == ["2", "1", "0"]


def test_a_listing_that_turns_in_circles_is_no_complete_look() -> None:
    body = {"results": [submission("1")], "paging": {"next": {"after": "7"}}}
    with serving(reply(json.dumps(body))) as server, pytest.raises(UnexpectedAnswer):
        list(lone(server).find([LEAD], NOW))


def test_several_values_of_one_name_are_told_in_hubspots_notation() -> None:
    told = submission("1", topic="quote")
    values = told["values"]
    assert isinstance(values, list)
    values.append({"name": "topic", "value": "booking"})
    with serving(pages([told])) as server:
        (arrival,) = lone(server, "topic", "email").find([LEAD], NOW)
    assert arrival.record == {"topic": "quote;booking", "email": LEAD.email}
    assert arrival.created_at == NOW


def test_a_token_of_another_account_is_told_apart(sandbox: SandboxProcess) -> None:
    with pytest.raises(NeedsOwner, match="enter that as the Hub ID"):
        forms(sandbox, portal_id="1").check()


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({"email": "nobody"}, "Invalid email address"),
        ({"email": "a@shop.test"}, "Error in 'fields.lastname'. Required field is missing"),
        ({"shoe_size": "42"}, "Error in 'fields.shoe_size'. Field is not in the form definition"),
    ],
)
def test_a_refusal_names_the_field(
    record: dict[str, str], sentence: str, sandbox: SandboxProcess
) -> None:
    with pytest.raises(Refused, match=sentence):
        forms(sandbox).submit(Lead(tag="t", email="", handles=(), record=record))


def test_a_form_with_a_captcha_refuses_and_says_so() -> None:
    said = "The form has reCAPTCHA enabled"
    body = {"message": "The request is not valid",
            "errors": [{"message": said, "errorType": "FORM_HAS_RECAPTCHA_ENABLED"}]}  # fmt: skip
    with serving(reply(json.dumps(body), "400 X")) as server, pytest.raises(Refused, match=said):
        lone(server).submit(LEAD)


def test_a_form_that_is_not_there_is_refused(sandbox: SandboxProcess) -> None:
    wrong = forms(sandbox, form_id="78c2891f-ebdd-44c0-bd94-15c012bbbfbf")
    with pytest.raises(Refused):
        wrong.check()
    with pytest.raises(Refused):
        wrong.submit(LEAD)


def test_the_form_tells_its_fields(sandbox: SandboxProcess) -> None:
    fields = {field.key: field for field in forms(sandbox).fields()}
    assert (fields["email"].kind, fields["email"].required) == ("email", True)
    assert fields["lastname"].kind == "name"
    assert fields["topic"].choices == ("quote", "booking", "support", "other")
    assert fields["consent"].kind == "boolean"
    assert fields["message"].label == "Message"
