"""A file is applied whole: what it names comes to be, what it does not name stays as it is."""

from datetime import timedelta

import pytest

from monitor.actions.chain import pause, run_now
from monitor.actions.file.export import export
from monitor.actions.workspace import owner_email
from monitor.models import Chain, Channel, Connection, ConnectionState, Hop, Incident, Workspace
from monitor.rules.lead import ROTATION
from tests.monitor.actions.file.conftest import NOW, Apply
from tests.monitor.actions.shop import TOKEN, Shop, described

pytestmark = pytest.mark.django_db


def test_everything_named_comes_to_be(shop: Shop, apply: Apply, workspace: Workspace) -> None:
    changes = apply(described(shop.base))

    assert [(one.verb, one.thing, one.slug) for one in changes] == [
        ("change", "workspace", "main"),
        ("create", "connection", "website"),
        ("create", "connection", "table"),
        ("create", "chain", "quotes"),
        ("create", "channel", "owner"),
        ("create", "channel", "team"),
    ]
    workspace.refresh_from_db()
    assert (workspace.name, workspace.timezone) == ("Bella's Bakery", "Europe/Berlin")
    assert owner_email(workspace) == "bella@shop.example"
    table = Connection.objects.get(slug="table")
    assert table.state == ConnectionState.PROVED
    assert table.account_label == "Bella's Bakery"
    assert table.secrets == {"token": TOKEN}
    assert "token" not in table.settings
    chain = Chain.objects.get(slug="quotes")
    assert chain.version is not None
    assert chain.due_at is not None
    assert chain.due_at > NOW
    assert chain.personas == [one.value for one in ROTATION]
    assert Channel.objects.get(slug="team").address["webhook"].endswith("planted-webhook")


def test_hops_take_the_tools_own_where_the_file_says_nothing(shop: Shop, apply: Apply) -> None:
    instant = described(shop.base).replace("kind: polling", "kind: instant")
    apply(instant.replace("        deadline: 90s\n", "").replace("        lag: 2s\n", ""))

    hop = Hop.objects.get(slug="table")
    assert (hop.deadline, hop.lag, hop.fields) == (180.0, None, {})
    assert Hop.objects.get(slug="form").deadline == 1200.0
    version = Chain.objects.get().version
    assert version is not None
    assert "email" in version.document["hops"][1]["fields"]


def test_the_second_time_there_is_nothing_to_change(shop: Shop, apply: Apply) -> None:
    apply(described(shop.base))
    shop.calls.clear()

    assert apply(described(shop.base), now=NOW + timedelta(hours=1)) == ()
    assert shop.calls == []


def test_what_is_exported_and_applied_changes_nothing_and_holds_no_secret(
    shop: Shop, apply: Apply, workspace: Workspace
) -> None:
    apply(described(shop.base))
    workspace.refresh_from_db()

    text = export(workspace)

    assert apply(text, file="export.yaml") == ()
    assert "planted" not in text
    assert "TABLE_TOKEN" in text
    assert export(workspace) == text


def test_a_new_title_keeps_the_history(shop: Shop, apply: Apply) -> None:
    apply(described(shop.base))
    before = Chain.objects.get()

    [change] = apply(described(shop.base).replace("Quote requests", "Quotes & more"))

    assert [one.render() for one in change.details] == ["title: Quote requests → Quotes & more"]
    assert Chain.objects.get().pk == before.pk


def test_what_the_file_does_not_name_is_left_alone(shop: Shop, apply: Apply) -> None:
    apply(described(shop.base))

    assert apply("workspace:\n  timezone: Europe/Berlin\n") == ()
    assert Chain.objects.filter(paused_at=None).count() == 1


def test_prune_pauses_what_an_earlier_file_made_and_naming_it_again_resumes_it(
    shop: Shop, apply: Apply
) -> None:
    apply(described(shop.base))
    Channel.objects.create(
        workspace=Workspace.objects.get(), slug="by-hand", title="By hand", kind="email"
    )
    without = described(shop.base).split("channels:")[0]

    pruned = apply(without, prune=True)

    assert [(one.verb, one.slug) for one in pruned] == [("pause", "owner"), ("pause", "team")]
    assert not Channel.objects.get(slug="by-hand").paused_at
    assert apply(without, prune=True) == ()
    assert {one.slug for one in apply(described(shop.base))} == {"owner", "team"}
    assert not Channel.objects.exclude(paused_at=None).exists()


def test_prune_leaves_a_connection_that_the_file_still_uses(shop: Shop, apply: Apply) -> None:
    apply(described(shop.base))
    text = described(shop.base)
    without = text[: text.index("  table:\n    connector")] + text[text.index("chains:") :]

    assert apply(without, prune=True) == ()


def test_a_pause_by_hand_outlives_the_file(shop: Shop, apply: Apply) -> None:
    apply(described(shop.base))
    pause(Chain.objects.get(), NOW)

    assert apply(described(shop.base)) == ()
    assert Chain.objects.get().paused_at == NOW
    apply(described(shop.base).replace("    title: Quote", "    paused: false\n    title: Quote"))
    assert Chain.objects.get().paused_at is None
    assert Chain.objects.get().due_at is not None


def test_an_incident_of_a_vanished_handoff_is_superseded(shop: Shop, apply: Apply) -> None:
    apply(described(shop.base))
    chain = Chain.objects.get()
    Incident.objects.create(
        workspace=chain.workspace,
        chain=chain,
        subject="handoff:table",
        opened_at=NOW,
        since=NOW,
    )
    file = described(shop.base)
    apply(file.replace("      table:\n        connection", "      sheet:\n        connection"))

    assert list(chain.hops.values_list("slug", flat=True)) == ["form", "sheet"]
    incident = Incident.objects.get()
    assert incident.resolved_at is not None
    assert incident.resolution == "superseded"


def test_a_run_under_way_ends_on_the_chain_it_began_on(shop: Shop, apply: Apply) -> None:
    apply(described(shop.base))
    run = run_now(Chain.objects.get(), now=NOW)
    file = described(shop.base)

    apply(file.replace("      table:\n        connection", "      sheet:\n        connection"))

    run.refresh_from_db()
    assert [hop["slug"] for hop in run.version.document["hops"]] == ["form", "table"]
    assert list(run.stops.values_list("hop", flat=True)) == ["form", "table"]
    assert run.due_at is not None


def test_a_new_secret_is_proved_and_never_shown(shop: Shop, apply: Apply) -> None:
    apply(described(shop.base))
    Connection.objects.filter(slug="table").update(secrets={"token": "an-older-one"})
    shop.calls.clear()

    [change] = apply(described(shop.base))

    assert [one.render() for one in change.details] == ["secrets: a new value"]
    assert shop.calls == ["/api/me"]


def test_a_connection_can_be_saved_unproved(shop: Shop, apply: Apply) -> None:
    file = described(shop.base).replace("may_remove", "saved_unproved: true\n    may_remove")
    shop.token = "another"

    apply(file)

    table = Connection.objects.get(slug="table")
    assert table.state == ConnectionState.UNPROVED
    assert table.due_at == NOW
    assert apply(file) == ()


def test_a_connection_that_waited_for_its_owner_goes_on(shop: Shop, apply: Apply) -> None:
    apply(described(shop.base))
    Connection.objects.filter(slug="table").update(
        state=ConnectionState.NEEDS_OWNER, secrets={"token": "expired"}, due_at=NOW
    )

    apply(described(shop.base))

    assert Connection.objects.get(slug="table").state == ConnectionState.PROVED


def test_another_time_zone_moves_the_slots(shop: Shop, apply: Apply) -> None:
    daily = described(shop.base).replace("every 4h", "0 9 * * *")
    apply(daily)
    before = Chain.objects.get().due_at

    apply(daily.replace("Europe/Berlin", "America/New_York"))

    after = Chain.objects.get().due_at
    assert before is not None
    assert after is not None
    assert after.hour == 14
    assert before.hour == 8


def test_a_deleted_chain_named_again_comes_back(shop: Shop, apply: Apply) -> None:
    apply(described(shop.base))
    Chain.objects.update(deleted_at=NOW, due_at=None)

    [change] = apply(described(shop.base))

    assert "comes back" in change.details[0].render()
    assert Chain.objects.get().deleted_at is None
    assert Chain.objects.get().due_at is not None
