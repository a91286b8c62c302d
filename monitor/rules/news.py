"""What to tell the owner about an incident; mails, Slack and pages say it with these words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from connectors.kit.message import Message, Value, _
from monitor.rules.finding import LOSSES, Finding, FindingKind
from monitor.rules.words import CHECKS, HEADLINES, gist, named, worst_of

__all__ = [
    "Event",
    "Link",
    "News",
    "Step",
    "Story",
    "Subject",
    "Tone",
    "gist",
    "moment_text",
    "news",
]

FEW = 5
"""So many findings are told in one message; the incident's page shows them all."""


class Event(StrEnum):
    """What happened to an incident."""

    OPENED = "opened"
    WORSE = "worse"
    RESOLVED = "resolved"
    TEST = "test"


class Subject(StrEnum):
    """What an incident is about."""

    HANDOFF = "handoff"
    CONNECTION = "connection"
    CHAIN = "chain"
    WORKSPACE = "workspace"


class Link(StrEnum):
    """Where a step leads; the channel and the page know the address."""

    INCIDENT = "incident"
    RUN = "run"
    CHAIN = "chain"
    CARRIER = "carrier"
    CONNECTION = "connection"
    CONNECTIONS = "connections"
    CHANNELS = "channels"


class Tone(StrEnum):
    """The state's token: it picks glyph and colour."""

    BROKEN = "broken"
    DELIVERED = "delivered"
    BLIND = "blind"
    CHECKING = "checking"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do next. `url` is set where the address is known here (a carrier's page)."""

    text: Message
    link: Link
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is known of an incident. Hops and tools are named by their titles.

    `bad` of `conclusive` runs since were bad; `problem` is a connection's own sentence; `setup`:
    the handoff was never seen working.
    """

    subject: Subject
    chain: str = ""
    hop: str = ""
    before: str = ""
    carrier: str = ""
    carrier_url: str = ""
    connection: str = ""
    findings: tuple[Finding, ...] = ()
    since: datetime | None = None
    resolved_at: datetime | None = None
    bad: int = 0
    conclusive: int = 0
    unverified: bool = False
    setup: bool = False
    superseded: bool = False
    problem: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One message: what and where, what happened to the lead, since when, what to do next."""

    tone: Tone
    headline: Message
    happened: tuple[Message, ...] = ()
    since: Message | None = None
    steps: tuple[Step, ...] = ()


def news(event: Event, story: Story, now: datetime, zone: str) -> News:
    """Answer what to say about `event`; times are told in `zone`."""
    if event is Event.TEST:
        return _test()
    if story.subject is Subject.WORKSPACE:
        return _unreachable(event, story, now, zone)
    if story.subject is not Subject.HANDOFF:
        return _unseen(event, story, now, zone)
    if event is Event.RESOLVED:
        return _resolved(story, now, zone)
    return News(
        tone=Tone.BROKEN,
        headline=_headline(event, story),
        happened=tuple(_sentences(story)[:FEW]),
        since=_since(story, now, zone),
        steps=_steps(story),
    )


def moment_text(moment: datetime, now: datetime, zone: str) -> str:
    """Answer "09:10" for today, "12 Nov 09:10" for another day, in the workspace's zone."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    if local.date() == today.date():
        return f"{local:%H:%M}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


def _values(story: Story) -> dict[str, Value]:
    worst = worst_of(story.findings)
    between = f"{story.before} → {story.hop}" if story.before else story.hop
    return {
        "chain": story.chain,
        "hop": story.hop,
        "before": story.before,
        "connection": story.connection,
        "carrier": story.carrier or between,
        "fields": named(worst.fields) if worst else "",
    }


def _headline(event: Event, story: Story) -> Message:
    worst = worst_of(story.findings)
    if event is Event.WORSE:
        sentence = _("%(chain)s: it got worse on the way to %(hop)s")
    elif story.unverified:
        sentence = _(
            "%(chain)s: one test lead was lost on the way to %(hop)s, and we could not check again"
        )
    elif story.setup:
        sentence = _("%(chain)s: the way to %(hop)s has not worked yet")
    else:
        sentence = HEADLINES[worst.kind if worst else FindingKind.DROPPED]
    return Message(sentence, _values(story))


def _sentences(story: Story) -> list[Message]:
    """Answer what happened to the lead, the worst first."""
    told, left = [], list(story.findings)
    while worst := worst_of(left):
        left.remove(worst)
        told.append(worst.message)
    return [message for index, message in enumerate(told) if message not in told[:index]]


def _since(story: Story, now: datetime, zone: str) -> Message | None:
    if story.since is None:
        return None
    values: dict[str, Value] = {
        "bad": story.bad,
        "conclusive": story.conclusive,
        "since": moment_text(story.since, now, zone),
    }
    if not story.bad or not story.conclusive:
        return Message(_("Since %(since)s."), values)
    if all(finding.kind in LOSSES - {FindingKind.LATE} for finding in story.findings):
        return Message(_("%(bad)s of %(conclusive)s test leads lost since %(since)s."), values)
    return Message(_("%(bad)s of %(conclusive)s test leads went wrong since %(since)s."), values)


def _steps(story: Story) -> tuple[Step, ...]:
    values = _values(story)
    evidence = Step(text=Message(_("See what was sent and what arrived.")), link=Link.INCIDENT)
    if story.unverified:
        again = Message(_("Send a test lead along “%(chain)s”."), values)
        return (Step(text=again, link=Link.CHAIN), evidence)
    if story.setup:
        mapping = Message(_("Check the mapping of %(hop)s first."), values)
        return (Step(text=mapping, link=Link.CHAIN), evidence)
    worst = worst_of(story.findings)
    check = Message(CHECKS[worst.kind if worst else FindingKind.DROPPED], values)
    link = Link.CARRIER if story.carrier_url else Link.CHAIN
    return (Step(text=check, link=link, url=story.carrier_url), evidence)


def _resolved(story: Story, now: datetime, zone: str) -> News:
    values = _values(story)
    evidence = Step(text=Message(_("See what it was.")), link=Link.INCIDENT)
    if story.superseded:
        return News(
            tone=Tone.INFORMATION,
            headline=Message(_("%(chain)s: the way to %(hop)s was changed"), values),
            happened=(
                Message(_("The incident is closed by your edit; the new way is not proved yet.")),
            ),
            steps=(Step(text=Message(_("Send a test lead.")), link=Link.CHAIN), evidence),
        )
    return News(
        tone=Tone.DELIVERED,
        headline=Message(_("%(chain)s: leads reach %(hop)s again"), values),
        happened=(Message(_("A test lead arrived once, intact and in time.")),),
        since=_lasted(story, now, zone),
        steps=(evidence,),
    )


def _lasted(story: Story, now: datetime, zone: str) -> Message | None:
    if story.since is None:
        return None
    values: dict[str, Value] = {
        "since": moment_text(story.since, now, zone),
        "until": moment_text(story.resolved_at or now, now, zone),
    }
    return Message(_("It lasted from %(since)s to %(until)s."), values)


def _unseen(event: Event, story: Story, now: datetime, zone: str) -> News:
    """Answer the news that we cannot look, or can again."""
    values = _values(story)
    connection = story.subject is Subject.CONNECTION
    if event is Event.RESOLVED:
        again = _("We can look into %(connection)s again")
        along = _("%(chain)s: we can look along the chain again")
        return News(
            tone=Tone.INFORMATION,
            headline=Message(again if connection else along, values),
            since=_lasted(story, now, zone),
        )
    lost = _("We cannot look into %(connection)s")
    unseen = _("%(chain)s: we have not been able to look for a while")
    reconnect = Step(text=Message(_("Reconnect %(connection)s."), values), link=Link.CONNECTION)
    chain = Step(
        text=Message(_("See which tools of “%(chain)s” did not answer."), values), link=Link.CHAIN
    )
    unknown = Message(_("Leads may be fine; we do not know."))
    return News(
        tone=Tone.BLIND,
        headline=Message(lost if connection else unseen, values),
        happened=(story.problem, unknown) if story.problem else (unknown,),
        since=_since(story, now, zone),
        steps=(reconnect if connection else chain,),
    )


def _unreachable(event: Event, story: Story, now: datetime, zone: str) -> News:
    """Answer the news that no tool answers, or that they do again."""
    if event is Event.RESOLVED:
        return News(
            tone=Tone.INFORMATION,
            headline=Message(_("Your tools answer us again")),
            since=_lasted(story, now, zone),
        )
    cut_off = _("Most likely the machine that Handoff runs on is cut off from the network.")
    look = _("Check that machine's network, then test a connection.")
    return News(
        tone=Tone.BLIND,
        headline=Message(_("None of your tools answers us")),
        happened=(Message(cut_off), Message(_("Leads may be fine; we do not know."))),
        since=_since(story, now, zone),
        steps=(Step(text=Message(look), link=Link.CONNECTIONS),),
    )


def _test() -> News:
    return News(
        tone=Tone.INFORMATION,
        headline=Message(_("This is a test from Handoff")),
        happened=(Message(_("If you can read this, news will reach you here.")),),
        steps=(Step(text=Message(_("See all channels.")), link=Link.CHANNELS),),
    )
