"""The whole stage: one chain in every state an owner can meet."""

from datetime import datetime, timedelta

from connectors.kit.message import Message
from connectors.kit.tokens import Tokens
from monitor.engine import stored, token
from monitor.models import (
    Alert,
    Cause,
    Channel,
    Confirmation,
    Connection,
    Incident,
    Residue,
    Run,
)
from tests.monitor.pages.cast import (
    LEAD,
    Cast,
    beating,
    channel,
    connect,
    draw,
    incident,
    people,
    plan,
)
from tests.monitor.pages.scene import Scene, send

WHOLE = {"mailchimp": 4.0, "hubspot": 11.0, "sheet": 9.0, "stripe": 19.0, "mailbox": 14.0}
SWAP = {"given": LEAD["email"], "email": LEAD["first_name"]}


def stage(now: datetime) -> Cast:
    """Set the whole stage: one chain in every state an owner can meet."""
    cast = people(now)
    connect(cast)
    beating(now)
    channel(cast)
    _healthy(cast)
    _broken(cast)
    _doubted(cast)
    _locked(cast)
    _granted(cast)
    _silent(cast)
    _forked(cast)
    return cast


def _healthy(cast: Cast) -> None:
    way = ["website", "mailchimp", "hubspot", "stripe"]
    chain = draw(cast, plan("newsletter", "Newsletter sign-ups", way))
    for at in range(40, 0, -1):
        arrivals = {"mailchimp": 4.0} if at in (22, 23) else WHOLE
        send(cast, chain, Scene(arrivals=arrivals), ago=at * 900 + 120)
    cast.runs["passed"] = send(cast, chain, Scene(arrivals=WHOLE), ago=130)


def _broken(cast: Cast) -> None:
    way = ["website", "mailchimp", "sheet", "stripe"]
    chain = draw(cast, plan("quotes", "Quote requests", way))
    send(cast, chain, Scene(arrivals=WHOLE), ago=4000)
    scene = Scene(arrivals=WHOLE, records={"sheet": SWAP, "stripe": SWAP})
    first = send(cast, chain, scene, ago=2600, name="swapped")
    for ago in (1700, 800):
        send(cast, chain, scene, ago=ago)
    _told(cast, incident(cast, first, "sheet", bad=3, conclusive=3, name="swapped"))
    _left(cast, first)


def _told(cast: Cast, opened: Incident) -> None:
    at = cast.now - timedelta(minutes=40)
    Alert.objects.create(
        workspace=cast.shop,
        incident=opened,
        channel=Channel.objects.get(workspace=cast.shop),
        event="opened",
        key="swapped-1",
        news={"headline": {"key": "Quote requests: name and email changed places", "values": {}}},
        created_at=at,
        sent_at=at,
    )


def _left(cast: Cast, run: Run) -> None:
    seen_at = cast.now - timedelta(minutes=43)
    Residue.objects.create(
        workspace=cast.shop,
        run=run,
        connection=Connection.objects.get(slug="website"),
        resource="submission",
        external_id="entry 118",
        seen_at=seen_at,
        state="kept",
        why={"key": "This tool has no way to remove a record.", "values": {}},
    )
    Residue.objects.create(
        workspace=cast.shop,
        run=run,
        connection=Connection.objects.get(slug="sheet"),
        resource="records",
        external_id="4711",
        url="https://sheet.example/records/4711",
        seen_at=seen_at,
        due_at=cast.now + timedelta(hours=23),
    )


def _doubted(cast: Cast) -> None:
    way = ["website", "hubspot", "mailbox"]
    chain = draw(cast, plan("callbacks", "Call-back requests", way))
    lost = {"hubspot": 11.0}
    dropped = send(cast, chain, Scene(arrivals=lost), ago=150, name="dropped")
    doubted = Confirmation.objects.create(
        workspace=cast.shop,
        chain=chain,
        hop="mailbox",
        first=dropped,
        persona="international",
        tries=1,
        opened_at=cast.now - timedelta(seconds=40),
    )
    scene = Scene(arrivals=lost, looked=13.0)
    second = send(cast, chain, scene, ago=14, cause=Cause.CONFIRMATION, name="confirming")
    Run.objects.filter(pk=second.pk).update(confirms=doubted)


def _locked(cast: Cast) -> None:
    chain = draw(cast, plan("invoices", "Deposit invoices", ["website", "hubspot", "stripe"]))
    refusal = Message(
        "Stripe no longer accepts this key. Make a new one under Developers › API keys."
    )
    Connection.objects.filter(slug="stripe").update(
        state="needs_owner",
        problem=stored.message(refusal),
        problem_since=cast.now - timedelta(hours=2),
    )
    scene = Scene(arrivals=WHOLE, failures={"stripe": refusal}, looked=120)
    send(cast, chain, scene, ago=600, name="blind")


def _granted(cast: Cast) -> None:
    """Name a tool that its owner connected, and one that waits for that."""
    client = {"client_id": "client-of-ann"}
    sealed = {"client_secret": "planted-secret"}
    for slug, name in (("quickbooks", "QuickBooks Online"), ("xero", "Xero")):
        Connection.objects.create(
            workspace=cast.shop,
            slug=slug,
            name=name,
            connector=slug,
            settings=client,
            secrets=sealed,
            state="proved",
            proved_at=cast.now - timedelta(minutes=7),
            account_label="Brightside Windows",
        )
    books = Connection.objects.get(slug="quickbooks")
    grant = token.grant_of(books)
    assert grant is not None
    tokens = Tokens(access="planted-secret", refresh="planted-secret", seconds=3600)
    token.keep(books, grant, tokens, cast.now - timedelta(minutes=7))
    waiting = Connection.objects.filter(slug="xero")
    why = token.about(waiting.get(), token.NOT_CONNECTED)
    waiting.update(
        secrets={},
        settings={},
        state="needs_owner",
        account_label="",
        proved_at=None,
        problem=stored.message(why),
        problem_since=cast.now - timedelta(minutes=3),
    )


def _silent(cast: Cast) -> None:
    """Draw a chain that is paused, and one that was never run."""
    events = plan("events", "Event bookings", ["website", "mailchimp", "hubspot"])
    draw(cast, events, paused_at=cast.now - timedelta(days=1))
    way = ["website", "mailchimp", "mailbox", "hubspot", "sheet", "stripe"]
    draw(cast, plan("brochures", "Brochure orders", way))


def _forked(cast: Cast) -> None:
    way = ["website", "hubspot", "mailbox", "sheet"]
    chain = draw(cast, plan("fittings", "Fitting dates", way, after={"sheet": "hubspot"}))
    send(cast, chain, Scene(arrivals=WHOLE), ago=900)
    scene = Scene(arrivals={"hubspot": 5.0}, looked=8.0)
    send(cast, chain, scene, ago=9, cause=Cause.MANUAL, name="under way")
