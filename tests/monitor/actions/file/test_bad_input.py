"""Whatever is wrong with a file is told with line and field, all at once; nothing happens."""

import pytest
from pytest_django import Settings

from monitor.models import Chain, Channel, Connection
from tests.monitor.actions.file.conftest import Apply, Refused
from tests.monitor.actions.shop import Shop, described

pytestmark = pytest.mark.django_db

LITERAL = "planted-literal-secret"


def _line_of(text: str, words: str) -> int:
    return next(at for at, line in enumerate(text.splitlines(), 1) if words in line)


def _nothing_there() -> bool:
    return not any(model.objects.exists() for model in (Chain, Channel, Connection))


@pytest.mark.parametrize(
    ("right", "wrong", "field", "words"),
    [
        ("connector: rest", "connector: resst", "connections.table.connector", "mean “rest”"),
        ("connector: rest", "connector: zzz", "connections.table.connector", "there are:"),
        ("check_path:", "chek_path:", "connections.table.settings.chek_path", "mean “check_path”"),
        ("may_remove: true", "may_remove: maybe", "connections.table.may_remove", "true or false"),
        ("    schedule: every", "    scedule: every", "chains.quotes.scedule", "mean “schedule”"),
        ("every 4h", '"0 0 30 2 *"', "chains.quotes.schedule", "never happens"),
        ("every 4h", "whenever", "chains.quotes.schedule", "is no schedule"),
        ("after: form", "after: from", "chains.quotes.hops.table.after", "no hop is called that"),
        ("after: form", "after: table", "chains.quotes.hops.table.after", "after itself"),
        ("deadline: 90s", "deadline: 90", "chains.quotes.hops.table.deadline", "write 20m"),
        ("deadline: 90s", "dedline: 90s", "chains.quotes.hops.table.dedline", "mean “deadline”"),
        ("connection: table", "connection: tabel", "chains.quotes.hops.table.connection",
         "mean “table”"),
        ("after: form", "after: form\n        resource: recrods",
         "chains.quotes.hops.table.resource", "mean “records”"),
        ("email: email", "email: emial", "chains.quotes.hops.form.fields.email", "does not exist"),
        ("region: DE", "region: UK", "chains.quotes.hops.form.fields.phone", "write \"GB\""),
        ("as: phone", "as: fone", "chains.quotes.hops.form.fields.phone", "is no type"),
        ("topic: booking", "email: a@b.example", "chains.quotes.pins.email", "cannot be pinned"),
        ("leads@shop.example", "leads", "chains.quotes.address", "no address to send leads from"),
        ("kind: polling", "kind: pigeon", "chains.quotes.hops.table.carrier.kind", "'polling'"),
        ("Europe/Berlin", "Europe/Berlim", "workspace.timezone", "is no time zone"),
        ("to: bella@shop.example", "to: bella", "channels.owner.to", "takes email addresses"),
        ("kind: email", "kind: emial", "channels.owner.kind", "'email'"),
        ("env: TABLE_TOKEN", "env: TABLE_TOKE", "connections.table.settings.token", "is not set"),
        ("      page: ", "      pages: ", "connections.website.settings.page", "is missing"),
        ("/contact\n", "\n      form: {a: b}\n", "connections.website.settings.form", "one value"),
        ("  quotes:", "  Quotes Today:", "chains.Quotes Today", "is no short name"),
        ("chains:", "chain:", "chain", "mean “chains”"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_field_and_how_to_mend_it(
    shop: Shop, refused: Refused, right: str, wrong: str, field: str, words: str
) -> None:
    text = described(shop.base)
    assert right in text

    lines = refused(text.replace(right, wrong, 1))

    [line] = [one for one in lines if f": {field}: " in one]
    assert line.startswith("shop.yaml:")
    assert words in line
    assert _nothing_there()


def test_a_mistake_names_its_line(shop: Shop, refused: Refused) -> None:
    text = described(shop.base).replace("email: email", "email: emial")

    [line] = refused(text)

    assert line.startswith(f"shop.yaml:{_line_of(text, 'emial')}: ")


def test_all_mistakes_are_told_at_once(shop: Shop, refused: Refused) -> None:
    text = (
        described(shop.base)
        .replace("connector: html_form", "connector: htmlform")
        .replace("every 4h", "0 0 31 4 *")
        .replace("deadline: 90s", "deadline: soon")
        .replace("kind: slack", "kind: slac")
    )

    lines = refused(text)

    assert len(lines) == 4
    numbers = [int(line.split(":")[1]) for line in lines]
    assert numbers == sorted(numbers)
    assert _nothing_there()


def test_a_hop_that_cannot_submit_is_no_entry(shop: Shop, refused: Refused) -> None:
    text = described(shop.base).replace("      submit_path: /api/records\n", "")
    alone = text.replace("        after: form\n", "").replace(
        text[text.index("      form:\n        connection") : text.index("      table:\n")], ""
    )

    [line] = refused(alone)

    assert "chains.quotes.hops.table.connection" in line
    assert "cannot hand a lead in" in line


def test_a_chain_without_hops_says_what_to_add(shop: Shop, refused: Refused) -> None:
    text = "chains:\n  empty:\n    address: leads@shop.example\n"

    [line] = refused(text)

    assert line.startswith("shop.yaml:2: chains.empty.hops: ")
    assert "no hops yet" in line


def test_a_literal_secret_is_refused_and_not_repeated(shop: Shop, refused: Refused) -> None:
    text = described(shop.base).replace("{env: TABLE_TOKEN}", LITERAL)
    text = text.replace("{env: SLACK_WEBHOOK}", f"https://hooks.slack.com/{LITERAL}")

    lines = refused(text)

    assert [line.split(": ")[1] for line in lines] == [
        "connections.table.settings.token",
        "channels.team.webhook",
    ]
    assert all("{env: NAME_OF_IT}" in line for line in lines)
    assert LITERAL not in "".join(lines)


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.8", "http://[::1]:8000", "http://169.254.169.254", "http://[::ffff:10.0.0.8]"],
)
def test_an_address_on_a_forbidden_network_is_refused(
    shop: Shop, refused: Refused, url: str
) -> None:
    lines = refused(described(shop.base).replace(f"base_url: {shop.base}", f"base_url: '{url}'"))

    assert len(lines) == 1
    assert "connections.table.settings.base_url" in lines[0]
    assert "may not call" in lines[0]


def test_loopback_is_forbidden_unless_it_is_allowed(
    shop: Shop, refused: Refused, settings: Settings
) -> None:
    settings.ALLOWED_NETWORKS = ()

    lines = refused(described(shop.base))

    assert ["may not call" in line for line in lines] == [True, True]
    assert shop.calls == []


def test_wrong_credentials_are_told_before_anything_is_saved(shop: Shop, refused: Refused) -> None:
    shop.token = "another"

    [line] = refused(described(shop.base))

    assert ": connections.table: " in line
    assert "does not accept the credentials" in line
    assert "saved_unproved: true" in line
    assert "planted" not in line
    assert _nothing_there()


def test_a_form_without_a_mapped_field_is_told(shop: Shop, refused: Refused) -> None:
    text = described(shop.base).replace("first_name: first_name", "vorname: first_name")

    [line] = refused(text)

    assert "the form has no field named vorname" in line


@pytest.mark.parametrize(
    "text",
    [
        "connections: {a: [",
        "a: b: c",
        "connections:\n\t- x",
        'chains: "open',
        "- a\n- b",
        "just words",
        "",
        "a: *nowhere",
        "a: &a [*a]",
        "--- a\n--- b",
        "\x00",
        "connections: !!python/object:os.system {}",
        "connections: !secret x",
        "{a: 1}: b",
        "connections: 7",
        "chains: [a, b]",
        "chains: {a: 7}",
        "chains: {a: {hops: [x]}}",
        "workspace: []\nchannels: [x]",
        "[" * 5000,
        'workspace: {name: "a\\0b"}',
        'workspace: {name: "a\\ud800b"}',
        'workspace: {"na\\0me": b}',
    ],
)
def test_what_is_no_such_file_is_met_with_a_sentence(refused: Refused, text: str) -> None:
    lines = refused(text)

    assert lines
    assert all(line.startswith("shop.yaml:") for line in lines)
    assert "Error" not in "".join(lines)


def test_a_file_that_repeats_itself_without_end_is_refused(refused: Refused) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for at in range(1, 12):
        bomb += f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]\n"

    assert "repeats itself" in " ".join(refused(bomb))


def test_a_short_name_that_stands_twice_is_refused(shop: Shop, refused: Refused) -> None:
    text = described(shop.base).replace("  owner:\n    kind", "  team:\n    kind")

    [line] = refused(text)

    assert ": channels.team: " in line
    assert "stands here twice" in line


def test_no_yaml_is_told_without_what_it_holds(refused: Refused) -> None:
    [line] = refused(f"connections:\n  a:\n    token: {LITERAL}\n   b: c\n")

    assert line.startswith("shop.yaml:4: ")
    assert "is no YAML" in line
    assert LITERAL not in line


def test_texts_stay_what_they_are(shop: Shop, apply: Apply) -> None:
    text = described(shop.base).replace(
        "      topic: booking\n",
        "      topic: NO\n      postcode: 01234\n      consent: yes\n      date: 2026-03-04\n",
    )

    apply(text)

    assert Chain.objects.get().pins == {
        "topic": "NO",
        "postcode": "01234",
        "consent": "yes",
        "date": "2026-03-04",
    }


def test_a_connection_keeps_its_tool(shop: Shop, apply: Apply, refused: Refused) -> None:
    apply(described(shop.base))
    text = (
        "connections:\n  table:\n    connector: html_form\n    settings: {page: http://127.0.0.1}\n"
    )

    assert any("is a connection to REST API and stays one" in line for line in refused(text))
