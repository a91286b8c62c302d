"""What the owner is told, in the same words everywhere."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.kit.message import Message
from monitor.rules.finding import Finding, FindingKind
from monitor.rules.news import Event, Link, News, Story, Subject, Tone, moment_text, news

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SINCE = datetime(2026, 3, 2, 9, 10, tzinfo=UTC)


def finding(kind: FindingKind, *fields: str, message: str = "It went wrong.") -> Finding:
    return Finding(kind=kind, hop="deal", message=Message(message), fields=fields)


LOST = Story(
    subject=Subject.HANDOFF,
    chain="Quote requests",
    hop="HubSpot",
    before="Mailchimp",
    carrier="Zap: New subscriber",
    carrier_url="https://zapier.example/1",
    findings=(finding(FindingKind.DROPPED, message="It did not arrive."),),
    since=SINCE,
    bad=3,
    conclusive=3,
)


def tell(story: Story, event: Event = Event.OPENED) -> News:
    return news(event, story, NOW, "UTC")


def test_a_lost_lead_is_told_with_where_since_when_and_what_to_do() -> None:
    told = tell(LOST)
    assert told.tone is Tone.BROKEN
    assert told.headline.render() == "Quote requests: leads are not reaching HubSpot"
    assert [one.render() for one in told.happened] == ["It did not arrive."]
    assert told.since is not None
    assert told.since.render() == "3 of 3 test leads lost since 09:10."
    assert [(step.link, step.url) for step in told.steps] == [
        (Link.CARRIER, "https://zapier.example/1"),
        (Link.INCIDENT, ""),
    ]
    assert "Zap: New subscriber is switched on" in told.steps[0].text.render()


def test_without_a_named_carrier_the_two_hops_name_it() -> None:
    told = tell(replace(LOST, carrier="", carrier_url=""))
    assert "Mailchimp → HubSpot" in told.steps[0].text.render()
    assert told.steps[0].link is Link.CHAIN
    alone = tell(replace(LOST, carrier="", before=""))
    assert "that HubSpot is" in alone.steps[0].text.render()


@pytest.mark.parametrize("kind", list(FindingKind))
@pytest.mark.parametrize("event", [Event.OPENED, Event.WORSE])
def test_every_kind_is_told_with_something_to_do(kind: FindingKind, event: Event) -> None:
    told = tell(replace(LOST, findings=(finding(kind, "first_name", "email"),)), event)
    assert "Quote requests" in told.headline.render()
    assert "HubSpot" in told.headline.render()
    assert 1 <= len(told.steps) <= 2
    assert all(step.text.render() for step in told.steps)


def test_values_that_changed_places_are_named_in_the_headline() -> None:
    told = tell(replace(LOST, findings=(finding(FindingKind.SWAPPED, "first_name", "email"),)))
    assert told.headline.render() == (
        "Quote requests: first name, email change places on the way to HubSpot"
    )
    assert told.since is not None
    assert told.since.render() == "3 of 3 test leads went wrong since 09:10."


def test_the_worst_is_told_first_and_nothing_twice() -> None:
    found = (
        finding(FindingKind.LATE, message="Late."),
        finding(FindingKind.ALTERED, "phone", message="Changed."),
        finding(FindingKind.ALTERED, "phone", message="Changed."),
        finding(FindingKind.DUPLICATED, message="Twice."),
    )
    told = tell(replace(LOST, findings=found))
    assert [one.render() for one in told.happened] == ["Twice.", "Changed.", "Late."]


def test_a_long_list_is_cut_the_incidents_page_has_the_rest() -> None:
    found = tuple(finding(FindingKind.ALTERED, message=f"{count}.") for count in range(9))
    assert len(tell(replace(LOST, findings=found)).happened) == 5


def test_news_without_findings_or_times_still_says_something() -> None:
    told = tell(replace(LOST, findings=(), since=None))
    assert "not reaching" in told.headline.render()
    assert told.since is None
    counted = tell(replace(LOST, bad=0))
    assert counted.since is not None
    assert counted.since.render() == "Since 09:10."


def test_what_got_worse_says_so() -> None:
    told = tell(LOST, Event.WORSE)
    assert told.headline.render() == "Quote requests: it got worse on the way to HubSpot"


def test_a_handoff_never_seen_working_is_a_matter_of_set_up() -> None:
    told = tell(replace(LOST, setup=True))
    assert told.headline.render() == "Quote requests: the way to HubSpot has not worked yet"
    assert told.steps[0].text.render() == "Check the mapping of HubSpot first."


def test_a_loss_we_could_not_check_again_is_told_as_such() -> None:
    told = tell(replace(LOST, unverified=True, setup=True))
    assert "one test lead was lost" in told.headline.render()
    assert "could not check again" in told.headline.render()
    assert told.steps[0].link is Link.CHAIN


def test_what_is_over_says_how_long_it_lasted() -> None:
    told = tell(replace(LOST, resolved_at=NOW), Event.RESOLVED)
    assert told.tone is Tone.DELIVERED
    assert told.headline.render() == "Quote requests: leads reach HubSpot again"
    assert told.since is not None
    assert told.since.render() == "It lasted from 09:10 to 09:30."
    assert tell(replace(LOST, since=None), Event.RESOLVED).since is None


def test_an_edit_is_no_recovery() -> None:
    told = tell(replace(LOST, superseded=True), Event.RESOLVED)
    assert told.tone is Tone.INFORMATION
    assert "not proved yet" in told.happened[0].render()


@pytest.mark.parametrize("problem", [None, Message("Xero asks you to reconnect.")])
def test_a_connection_we_cannot_look_into_leaves_open_whether_leads_arrive(
    problem: Message | None,
) -> None:
    story = Story(subject=Subject.CONNECTION, connection="Xero", since=SINCE, problem=problem)
    told = tell(story)
    assert told.tone is Tone.BLIND
    assert told.headline.render() == "We cannot look into Xero"
    assert told.happened[-1].render() == "Leads may be fine; we do not know."
    assert (problem in told.happened) is (problem is not None)
    assert told.steps[0].link is Link.CONNECTION
    again = tell(story, Event.RESOLVED)
    assert again.headline.render() == "We can look into Xero again"
    assert again.tone is Tone.INFORMATION


def test_that_no_tool_answers_points_to_our_own_network() -> None:
    story = Story(subject=Subject.WORKSPACE, since=SINCE)
    told = tell(story)
    assert told.tone is Tone.BLIND
    assert told.headline.render() == "None of your tools answers us"
    assert any("cut off" in one.render() for one in told.happened)
    assert [step.link for step in told.steps] == [Link.CONNECTIONS]
    over = tell(replace(story, resolved_at=NOW), Event.RESOLVED)
    assert (over.tone, over.steps) == (Tone.INFORMATION, ())
    assert over.headline.render() == "Your tools answer us again"


def test_a_chain_that_goes_unseen_is_told_as_such() -> None:
    story = Story(subject=Subject.CHAIN, chain="Quote requests", since=SINCE)
    assert "have not been able to look" in tell(story).headline.render()
    assert tell(story).steps[0].link is Link.CHAIN
    assert "can look along the chain again" in tell(story, Event.RESOLVED).headline.render()


def test_a_test_says_that_it_is_one() -> None:
    told = tell(Story(subject=Subject.HANDOFF), Event.TEST)
    assert told.headline.render() == "This is a test from Handoff"
    assert told.tone is Tone.INFORMATION


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (SINCE, "10:10"),
        (datetime(2026, 3, 1, 23, 5, tzinfo=UTC), "00:05"),
        (datetime(2026, 3, 1, 22, 55, tzinfo=UTC), "1 Mar 23:55"),
        (datetime(2025, 12, 31, 8, 0, tzinfo=UTC), "31 Dec 2025 09:00"),
    ],
)
def test_a_moment_is_told_in_the_workspaces_zone(moment: datetime, words: str) -> None:
    assert moment_text(moment, NOW, "Europe/Berlin") == words
