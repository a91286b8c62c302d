"""Jotform's own ways: compound fields, local times, a trash that is listed, and its regions."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connectors.forms.jotform import Jotform
from connectors.kit.errors import NeedsOwner, OutcomeUnknown, Refused
from connectors.kit.records import Arrival
from tests.connectors.kit.server import Seen, Server, reply, serving
from tests.connectors.lone import LEAD, at
from tests.connectors.twins import TWINS
from tests.sandbox_process import Control, SandboxProcess

(TWIN,) = (twin for twin in TWINS if twin.slug == "jotform")
SETTINGS = {"api_key": "k", "form_id": "77"}
USER = {"username": "ann", "time_zone": "America/New_York"}
Said = dict[str, object]


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=15)


def jotform(sandbox: SandboxProcess, **changes: str) -> Jotform:
    made = TWIN.connect(sandbox.state, changes=changes)
    assert isinstance(made, Jotform)
    return made


def lone(server: Server, *keys: str, **changes: str) -> Jotform:
    made = at("jotform", "submissions", {**SETTINGS, **changes}, base=server.url, keys=keys)
    assert isinstance(made, Jotform)
    return made


def well(content: object, **more: object) -> bytes:
    return reply(json.dumps({"responseCode": 200, "content": content, **more}))


def submission(id: str, answer: object = "probe+bodigu@shop.test", **more: object) -> Said:
    answers = {"4": {"type": "control_email", "answer": answer}}
    return {"id": id, "created_at": "2031-03-05 10:00:00", "status": "ACTIVE",
            "answers": answers, **more}  # fmt: skip


def told(*submissions: Said, **more: object) -> Callable[[Seen], bytes]:
    """Answer a Jotform whose one page holds these submissions."""
    return lambda seen: well(USER) if "/user" in seen.target else well([*submissions], **more)


def test_a_compound_field_is_sent_part_by_part(sandbox: SandboxProcess) -> None:
    with serving(well({"submissionID": "5"})) as server:
        connector, lead = lone(server), TWIN.lead()
        receipt = connector.submit(lead)
        sent = parse_qs(server.seen[0].body.decode())
    assert receipt.id == "5"
    assert receipt.url == "https://www.jotform.com/inbox/77/5"
    assert sent["submission[3][first]"] == ["O'Zoë"]
    assert sent["submission[5][full]"] == ["+44 20 7946 0018"]
    assert sent["submission[4]"] == [lead.email]


def test_a_name_asked_for_whole_reads_as_one_line(sandbox: SandboxProcess) -> None:
    connector, lead = jotform(sandbox), TWIN.lead()
    connector.submit(lead)
    connector.site = at("jotform", "submissions", {}, keys=("3", "5", "8", "99")).site
    (arrival,) = connector.find([lead], since())
    assert arrival.record["3"] == f"O'Zoë {lead.handles[1]}"
    assert arrival.record["5"] == "+44 20 7946 0018"
    assert arrival.record["8"] == {"postal": "01234"}
    assert "99" not in arrival.record


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_its_local_times_are_told_in_utc(zone: str, sandbox: SandboxProcess) -> None:
    connector, lead = jotform(sandbox), TWIN.lead()
    change_zone(sandbox, zone)
    try:
        connector.submit(lead)
        (arrival,) = connector.find([lead], since())
    finally:
        change_zone(sandbox, "America/New_York")
    assert arrival.created_at is not None
    assert abs(datetime.now(UTC) - arrival.created_at) < timedelta(seconds=30)


def change_zone(sandbox: SandboxProcess, zone: str) -> None:
    told = sandbox.state["tools"]["jotform"]
    key = {"APIKEY": told["credentials"]["api_key"]}
    path = f"{told['url']}/v1/user/settings"
    assert requests.post(path, data={"time_zone": zone}, headers=key, timeout=5).ok


def test_the_owner_may_say_in_which_zone_the_times_are() -> None:
    with serving(told(submission("1"))) as server:
        (arrival,) = lone(server, time_zone="Europe/Berlin").find([LEAD], since())
        assert not any("/user" in seen.target for seen in server.seen)
    assert arrival.created_at == datetime(2031, 3, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        # Clocks go back on 2 November 2031 at two: one o'clock comes twice.
        ("2031-11-02 01:30:00", datetime(2031, 11, 2, 5, 30, tzinfo=UTC)),
        ("2031-11-02 02:30:00", datetime(2031, 11, 2, 7, 30, tzinfo=UTC)),
        ("soon", None),
    ],
)
def test_of_an_hour_that_comes_twice_the_earlier_is_told(
    written: str, moment: datetime | None
) -> None:
    with serving(told(submission("1", created_at=written))) as server:
        (arrival,) = lone(server).find([LEAD], since())
    assert arrival.created_at == moment


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd"])
def test_without_a_zone_we_know_no_creation_time_is_made_up(zone: str) -> None:
    user = {"username": "ann", "time_zone": zone}
    page = well([submission("1")])
    with serving(lambda seen: well(user) if "/user" in seen.target else page) as server:
        (arrival,) = lone(server).find([LEAD], since())
    assert arrival.created_at is None


def test_the_listing_reaches_a_day_further_back_than_asked() -> None:
    with serving(told()) as server:
        list(lone(server).find([LEAD], datetime(2031, 3, 5, 10, 30, tzinfo=UTC)))
        (seen,) = server.seen
    query = parse_qs(urlsplit(seen.target).query)
    assert json.loads(query["filter"][0]) == {"created_at:gt": "2031-03-04 10:30:00"}


def test_what_lies_in_the_trash_has_not_arrived(sandbox: SandboxProcess, control: Control) -> None:
    connector, lead = jotform(sandbox), TWIN.lead()
    connector.submit(lead)
    (arrival,) = connector.find([lead], since())
    connector.remove(arrival)
    (kept,) = (one for one in control.records("jotform") if one["id"] == arrival.id)
    assert kept["archived"]
    assert list(connector.find([lead], since())) == []


def test_what_is_gone_for_good_is_removed_though_it_reads_as_a_wrong_key(
    sandbox: SandboxProcess,
) -> None:
    jotform(sandbox).remove(Arrival(id="6000000000000000001", record={}))
    with pytest.raises(NeedsOwner):
        jotform(sandbox, api_key="wrong").remove(Arrival(id="6000000000000000001", record={}))


def test_a_key_that_may_only_read_needs_the_owner_to_remove() -> None:
    denied = reply('{"responseCode": 401, "message": "no"}', "401 X")
    there = well({"id": "1", "status": "ACTIVE"})
    with (
        serving(lambda seen: denied if seen.method == "DELETE" else there) as server,
        pytest.raises(NeedsOwner),
    ):
        lone(server).remove(Arrival(id="1", record={}))


def test_a_no_with_a_success_is_a_no() -> None:
    denied = reply('{"responseCode": 401, "message": "You are not authorized"}')
    with serving(denied) as server:
        with pytest.raises(NeedsOwner, match="not authorized"):
            lone(server).check()
        with pytest.raises(NeedsOwner):
            list(lone(server).find([LEAD], since()))


def test_an_account_of_another_region_is_told_so() -> None:
    moved = reply('{"responseCode": 301, "message": "eu"}', "301 X", "Location: https://eu.test/")
    with serving(moved) as server, pytest.raises(NeedsOwner, match="another region"):
        lone(server).check()
    with serving(reply("{}", "404 X")) as server, pytest.raises(Refused):
        lone(server).check()


@pytest.mark.parametrize(
    ("settings", "host", "link"),
    [
        ({}, "api.jotform.com", "https://www.jotform.com/inbox/77/5"),
        ({"region": "eu"}, "eu-api.jotform.com", "https://eu.jotform.com/inbox/77/5"),
        ({"region": "hipaa"}, "hipaa-api.jotform.com", "https://hipaa.jotform.com/inbox/77/5"),
        ({"base_url": "https://forms.acme.test/API"}, "forms.acme.test", ""),
    ],
)
def test_each_region_has_its_host(settings: dict[str, str], host: str, link: str) -> None:
    made = at("jotform", "submissions", {**SETTINGS, **settings})
    assert isinstance(made, Jotform)
    assert made.api.address.place.host == host
    with serving(well({"submissionID": "5"})) as server:
        assert lone(server, **settings).submit(LEAD).url == link


def test_a_page_shorter_than_asked_for_is_not_the_last() -> None:
    pages = {"0": [submission("1"), submission("2")], "2": [submission("3")]}

    def page(seen: Seen) -> bytes:
        offset = parse_qs(urlsplit(seen.target).query).get("offset", [""])[0]
        shown = pages[offset] if offset else USER
        return well(shown, resultSet={"offset": 0, "limit": 2, "count": 2})

    with serving(page) as server:
        found = [arrival.id for arrival in lone(server).find([LEAD], since())]
    assert found == ["1", "2", "3"]


def test_a_submission_pushed_to_the_next_page_is_one() -> None:
    pages = {"0": [submission("2"), submission("1")], "2": [submission("1")]}

    def page(seen: Seen) -> bytes:
        offset = parse_qs(urlsplit(seen.target).query).get("offset", [""])[0]
        return well(pages[offset] if offset else USER, resultSet={"limit": 2})

    with serving(page) as server:
        found = [arrival.id for arrival in lone(server).find([LEAD], since())]
    assert found == ["2", "1"]


def test_a_form_without_answers_yet_hides_nothing() -> None:
    empty = submission("1", answers=[])
    with serving(told(empty, submission("2"))) as server:
        assert [one.id for one in lone(server).find([LEAD], since())] == ["2"]


def test_a_success_that_names_no_submission_leaves_the_outcome_unknown() -> None:
    with serving(well("")) as server, pytest.raises(OutcomeUnknown):
        lone(server).submit(LEAD)


def test_the_form_tells_its_questions_part_by_part(sandbox: SandboxProcess) -> None:
    fields = {field.key: field for field in jotform(sandbox).fields()}
    assert fields["3.first"].label == "Full Name: first"
    assert fields["3.first"].required
    assert "3.middle" not in fields
    assert fields["4"].kind == "email"
    assert fields["16"].choices == ("true", "false")
    assert "1" not in fields
    assert "2" not in fields


def test_a_form_without_questions_has_no_fields() -> None:
    with serving(well([])) as server:
        assert lone(server).fields() == []
