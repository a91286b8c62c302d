"""What one value shows by itself: cut short, garbled, flipped, never filled in."""

import pytest

from monitor.rules.encoding import is_encoding_damage
from monitor.rules.fields import FieldRule, Kind, compare

LONG = "Hello,\nwe’d like “x” & <more> 🌿 at O'Brien's"

CASES: list[tuple[Kind, dict[str, object], str, list[object]]] = [
    (Kind.MISSING, {"as": "text"}, "a", [None, "", " \t", [], {}, [None], [[]], "\u200b"]),
    (Kind.MISSING, {"as": "boolean"}, "true", [None, ""]),
    (Kind.MISSING, {"as": "boolean"}, "false", [None, ""]),
    (Kind.TRUNCATED, {"as": "text"}, LONG, ["Hello,", "Hello,…", "Hello, ...", "H", LONG[:-1]]),
    (Kind.TRUNCATED, {"as": "text"}, "Hi 🌿 there", ["Hi \ud83c"]),
    (Kind.TRUNCATED, {"as": "email"}, "ann@shop.example", ["ANN@shop"]),
    (Kind.TRUNCATED, {"as": "phone"}, "+442079460123", ["+44207946", "+44 20 7946…", 4420794]),
    (Kind.TRUNCATED, {"as": "date"}, "2026-04-03", ["2026-04", "2026-04-0", "2026…"]),
    (Kind.TRUNCATED, {"as": "date", "format": "DD/MM/YYYY"}, "2026-04-03", ["03/04", "03/04/…"]),
    (Kind.TRUNCATED, {"as": "number"}, "12345", ["123", 1234, "12…"]),
    (Kind.TRUNCATED, {"as": "money"}, "1487.36 EUR", ["14…"]),
    (
        Kind.TRUNCATED,
        {"as": "choice", "choices": {"quote": "Request a quotation"}},
        "quote",
        ["Request a", "request a quot..."],
    ),
    (Kind.ALTERED, {"as": "number"}, "1200", [12, 120, "0"]),
    (Kind.ALTERED, {"as": "number"}, "123.75", [123, "123.7"]),
    (Kind.ALTERED, {"as": "boolean"}, "true", ["t…"]),
    (Kind.ALTERED, {"as": "text"}, LONG, ["…", "...", "hello"]),
    (
        Kind.GARBLED,
        {"as": "text"},
        LONG,
        [
            LONG.encode().decode("latin-1"),
            LONG.encode().decode("cp1252", "replace"),
            LONG.encode().decode("cp1252", "ignore"),
            LONG.encode().decode("cp437"),
            LONG.encode().decode("mac_roman"),
            LONG.encode().decode("latin-1").encode().decode("latin-1"),
            LONG.encode("ascii", "replace").decode(),
            LONG.replace("&", "&amp;"),
            LONG.replace("'", "&#x27;"),
            LONG.replace("'", "&apos;").replace("“", "&ldquo;"),
            LONG.replace("🌿", "&#127807;"),
            LONG.replace("🌿", ""),
            LONG.replace("🌿", "????"),
            LONG.replace("\n", "<br />"),
            LONG.replace("’", "\ufffd").replace("<", "&amp;lt;"),
            LONG.replace(" ", "+"),
            LONG.replace(" ", "%20").replace("\n", "%0D%0A"),
            LONG.replace("🌿", "\\ud83c\\udf3f"),
        ],
    ),
    (
        Kind.GARBLED,
        {"as": "name"},
        "Žofie Ødegård-Großmann",
        [
            *("Zofie Odegard-Grossmann", "?ofie ?deg?rd-Gro?mann", "Žofie Odegaard-Großmann"),
            *("Å½ofie Ã˜degÃ¥rd-GroÃŸmann", "Žofie &Oslash;deg&aring;rd-Gro&szlig;mann"),
            "\ufffdofie \ufffddeg\ufffdrd-Gro\ufffdmann",
        ],
    ),
    (Kind.GARBLED, {"as": "text"}, "à la carte", ["Ã la carte", "Ã\xa0 la carte"]),
    (Kind.GARBLED, {"as": "email"}, "a+b@c.example", ["a%2Bb%40c.example", "a b@c.example"]),
    (Kind.GARBLED, {"as": "phone"}, "+442079460123", ["%2B442079460123", "&#43;442079460123"]),
    (Kind.GARBLED, {"as": "datetime"}, "2026-05-07T14:35:00+02:00", ["2026-05-07T14%3A35+02:00"]),
    (Kind.GARBLED, {"as": "date", "format": "D/M/YYYY"}, "2026-04-03", ["3%2F4%2F2026"]),
    (
        Kind.GARBLED,
        {"as": "money"},
        "12.50 EUR",
        ["12.50 &euro;", "12.50 â‚¬", "12.50%2520EUR", "12.50 &amp;euro;"],
    ),
    (
        Kind.DAY_MONTH_SWAPPED,
        {"as": "date"},
        "2026-04-03",
        ["2026-03-04", "2026-03-04T00:00:00Z", "4 March 2026", 1772582400],
    ),
    (Kind.DAY_MONTH_SWAPPED, {"as": "date", "format": "DD/MM/YYYY"}, "2026-04-03", ["04/03/2026"]),
    (Kind.DAY_MONTH_SWAPPED, {"as": "date", "format": "MM/DD/YYYY"}, "2026-04-03", ["03/04/2026"]),
    (
        Kind.DAY_MONTH_SWAPPED,
        {"as": "datetime"},
        "2026-05-07T23:35:00+02:00",
        [
            "2026-07-05T23:35:00+02:00",
            "2026-07-05T21:35:00Z",
            "2026-07-05 23:35",
            "July 5 2026 23:35",
        ],
    ),
    (
        Kind.DAY_MONTH_SWAPPED,
        {"as": "datetime"},
        "2026-05-07T23:35:00-05:00",
        ["2026-08-05T04:35Z"],
    ),
    (Kind.ALTERED, {"as": "datetime"}, "2026-05-17T23:35:00Z", ["2026-05-16T23:35:00Z"]),
    (
        Kind.COUNTRY_CODE_LOST,
        {"as": "phone"},
        "+442079460123",
        ["020 7946 0123", "2079460123", 2079460123, "(020) 7946-0123"],
    ),
    (Kind.COUNTRY_CODE_LOST, {"as": "phone", "region": "US"}, "+442079460123", ["02079460123"]),
    (Kind.COUNTRY_CODE_LOST, {"as": "phone"}, "+12025550123", ["(202) 555-0123"]),
    (Kind.ALTERED, {"as": "phone"}, "12", ["13"]),
    (
        Kind.UNRENDERED,
        {"as": "text"},
        "Ann Smith",
        [
            *("{{name}}", "{{ 1.name }}", "{$name}", "${name}", "#{name}", "{name}", "*|FNAME|*"),
            *("%name%", "%%name%%", "[NAME]", "[your-name]", "<<Name>>", "<%= name %>", "%(name)s"),
            *("{% name %}", "undefined", "null", "None", "NULL", "nil", "NaN", "[object Object]"),
            *("#N/A", "#REF!", "#VALUE!", "undefined undefined", "undefined Smith", "Ann null"),
            *("Dear {{name}}, hello", "Invalid Date", float("nan")),
        ],
    ),
    (Kind.UNRENDERED, {"as": "date"}, "2026-04-03", ["{{date}}", "Invalid Date", "NaN-NaN-NaN"]),
    (Kind.UNRENDERED, {"as": "boolean"}, "true", ["{{consent}}", "undefined"]),
    (Kind.ALTERED, {"as": "text"}, "Pay {{x}} or [Y]", ["pay {{X}} or [Y]", "Pay {{x}}, [Y]"]),
    (Kind.ALTERED, {"as": "text"}, "Ann Smith", ["null and void", "100% of 50%", "Ann [1]"]),
]


@pytest.mark.parametrize(
    ("kind", "spec", "sent", "seen"),
    [(kind, spec, sent, seen) for kind, spec, sent, many in CASES for seen in many],
)
def test_a_damage_is_named(kind: Kind, spec: dict[str, object], sent: str, seen: object) -> None:
    fields = {"key": FieldRule.parse({"from": "it", **spec})}
    assert [found.kind for found in compare({"it": sent}, fields, {"key": seen})] == [kind]


def test_an_absent_key_is_missing() -> None:
    fields = {"key": FieldRule.parse({"from": "it"})}
    assert [found.kind for found in compare({"it": "a"}, fields, {})] == [Kind.MISSING]


def test_texts_of_any_length_are_judged_in_time() -> None:
    assert not is_encoding_damage("é" * 30_000, "e" * 30_000)
    assert is_encoding_damage("é" * 5_000, "e" * 5_000)
    assert is_encoding_damage("é🌿" * 500, "??" * 500)
    assert is_encoding_damage("é🌿" * 500, "??????" * 500)
    assert not is_encoding_damage("é" * 5_000, "?é" * 5_000)
    assert not is_encoding_damage("é" * 5_000, "é" * 4_000)
