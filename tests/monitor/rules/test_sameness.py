"""What never is a finding, and what looks alike and is one, type by type."""

import pytest

from monitor.rules.fields import FieldRule, Kind, compare

DATE = "2026-04-03"
AT = "2026-05-07T14:35:00+02:00"

SAME: list[tuple[dict[str, object], str, list[object]]] = [
    ({"as": "text"}, "a\nb", [" a\nb ", "a\r\nb", "a\rb", "\ufeffa\nb", ["a\nb"], [["a\nb"]]]),
    ({"as": "text"}, "Café", ["Cafe\u0301"]),
    ({"as": "text"}, "12345", [12345, 12345.0]),
    ({"as": "email"}, "a+B@c.example", ["A+b@C.example", " a+b@c.example\n"]),
    (
        {"as": "url"},
        "https://Shop.example/Path?q=A",
        ["HTTPS://shop.EXAMPLE/Path?q=A"],
    ),
    ({"as": "url"}, "https://shop.example", ["https://shop.example/"]),
    ({"as": "url"}, "https://me@shop.example/x", ["https://me@SHOP.example/x"]),
    (
        {"as": "phone"},
        "+442079460123",
        [
            *("+44 20 7946 0123", "0044 20 7946-0123", "+44 (0)20 7946.0123", "442079460123"),
            *(442079460123, 442079460123.0, "tel:+44-20-7946-0123", "(+44) 20 7946 0123"),
        ],
    ),
    (
        {"as": "phone", "region": "GB"},
        "+442079460123",
        ["020 7946 0123", "2079460123", "02079460123", "+442079460123"],
    ),
    ({"as": "phone", "region": "FR"}, "+33199001234", ["01 99 00 12 34"]),
    ({"as": "phone", "region": "US"}, "+12025550123", ["(202) 555-0123", "202.555.0123"]),
    ({"as": "phone", "region": "GB"}, "020 7946 0123", ["+442079460123", 442079460123]),
    (
        {"as": "date"},
        DATE,
        [
            *("2026-04-03T00:00:00Z", "2026-04-03T00:00:00.000+00:00", "2026-04-03 00:00:00"),
            *("2026-04-03T02:00:00+02:00", "20260403", 20260403, 1775174400, "1775174400000"),
            *("03/04/2026", "04/03/2026", "3.4.2026", "2026/04/03", "3 April 2026", "Apr 3, 2026"),
            *("Friday, April 3rd, 2026", "3. April 2026", "3 avril 2026", "2026年4月3日"),
            *("Fri Apr 03 2026", "2026-W14-5", "3 de abril de 2026", "03/04/26"),
        ],
    ),
    (
        {"as": "date", "format": "DD/MM/YYYY"},
        DATE,
        ["03/04/2026", "3/4/2026", "03-04-2026", DATE, f"{DATE}T00:00:00Z", "April 3, 2026"],
    ),
    ({"as": "date", "format": "MM/DD/YYYY"}, DATE, ["04/03/2026", "4/3/26", DATE]),
    (
        {"as": "date", "format": "DDMMYYYY"},
        DATE,
        ["03042026", " 03042026 ", "2026-04-03", 1775174400],
    ),
    ({"as": "date", "format": "YYMMDD"}, DATE, ["26/04/03", "26-4-3"]),
    ({"as": "date", "format": "YYYY-DD-MM"}, DATE, ["2026/03/04", DATE]),
    ({"as": "date"}, "2026-01-25", ["01/25/2026", "25/01/2026"]),
    ({"as": "date"}, "whenever", ["whenever", " whenever"]),
    ({"as": "date"}, AT, ["2026-05-07", "07/05/2026", "7 May 2026"]),
    (
        {"as": "datetime"},
        AT,
        [
            *("2026-05-07T12:35:00Z", "2026-05-07T05:35:00-07:00", "2026-05-07T14:35:00"),
            *("2026-05-07 14:35", 1778157300, 1778157300.0, 1778157300000, "1778157300"),
            *("7 May 2026 14:35", "May 7, 2026 at 2:35 PM", "07/05/2026 14:35"),
            *("Thu, 07 May 2026 14:35:00 +0200", "Thu, 07 May 2026 12:35:00 GMT"),
            *("Thu May 07 2026 14:35:00 GMT+0200 (Central European Summer Time)",),
            *("2026-05-07 12:35:00 UTC", "7. Mai 2026 um 14:35 Uhr", "2026-05-07 16:35 UTC+4"),
        ],
    ),
    ({"as": "datetime"}, "2026-05-07T14:35:00", ["2026-05-07T14:35:00Z", "2026-05-07 14:35"]),
    ({"as": "datetime"}, "2026-05-07T12:15:00Z", ["7 May 2026 12:15 PM", "2026-05-07 14:15+02"]),
    ({"as": "datetime"}, "2026-05-07T00:15:00Z", ["May 7 2026, 12:15 a.m."]),
    ({"as": "datetime"}, DATE, [f"{DATE}T00:00:00Z"]),
    (
        {"as": "money"},
        "1487.36 EUR",
        [
            *(1487.36, 1487.3600000000001, "1487.36", "€1,487.36", "1.487,36 €", "EUR 1487.360"),
            *("1487,36", "1 487,36 €", "1'487.36 EUR", "1487.36 Euro", "€ 1,487.36 EUR"),
        ],
    ),
    ({"as": "money"}, "1200 EUR", ["1,200", "1.200", 1200, "1200.-", "1.200,- €"]),
    ({"as": "money"}, "1234567.00 INR", ["12,34,567.00", "₹12,34,567", "Rs. 1234567"]),
    ({"as": "money"}, "-12.50 EUR", ["- 12,50 €", "−12.5", -12.5]),
    ({"as": "money"}, "12.50", ["$12.50", "12.5 kr", "CHF 12.50"]),
    ({"as": "money", "currency": "USD"}, "12.50", ["$12.50", "US$ 12.50", "12.50 USD"]),
    ({"as": "money", "unit": "cents"}, "1487.36 EUR", [148736, "148736", 148736.0, "148,736"]),
    ({"as": "money"}, "on request", ["on request"]),
    (
        {"as": "number"},
        "1234",
        [1234, 1234.0, "1234.00", "1,234", "1.234", "1 234", "+1234", "1234,0", "01234"],
    ),
    ({"as": "number"}, "0.125", [0.125, ".125", "0,125", "0.1250"]),
    ({"as": "number"}, "1.234", ["1,234", 1.234]),
    ({"as": "number"}, "many", ["many"]),
    ({"as": "choice"}, "Quote", ["quote", "QUOTE "]),
    ({"as": "choice", "choices": {"quote": "1", "visit": 2}}, "quote", ["1", 1, "Quote"]),
    ({"as": "choice", "choices": {"yes": True}}, "yes", [True, "true", 1]),
    ({"as": "boolean"}, "true", [True, "TRUE", "yes", "Y", 1, 1.0, "1", "on", "Ja"]),
    ({"as": "boolean"}, "false", [False, "no", 0, "off", "F"]),
    ({"as": "boolean"}, "yes", [True, "true"]),
    ({"as": "boolean"}, "perhaps", ["perhaps"]),
    ({"as": "boolean", "choices": {"true": "subscribed"}}, "true", ["Subscribed", True]),
    ({"as": "ignore"}, "anything", [None, "", "else", {"a": 1}]),
    ({"as": "text"}, "", [None, "", "whatever the tool put there"]),
]

ALTERED: list[tuple[dict[str, object], str, list[object]]] = [
    ({"as": "text"}, "a\nb", ["a b", "ab", "A\nb"]),
    ({"as": "text"}, "Ann  Lee", ["Ann Lee"]),
    ({"as": "text"}, "01234", [1234, "1234"]),
    ({"as": "text"}, "a", [["a", "b"], {"a": 1}, True]),
    ({"as": "name"}, "O'Brien", ["OBrien", "o'brien", "O'BRIEN"]),
    ({"as": "url"}, "https://shop.example/Path", ["https://shop.example/path"]),
    ({"as": "url"}, "https://shop.example/Path", ["http://shop.example/Path", "https://[x"]),
    (
        {"as": "phone"},
        "+442079460123",
        ["+442079460124", "4.42079E+11", "call me", True, "+442079460123 ext. 4"],
    ),
    ({"as": "phone", "region": "GB"}, "+442079460123", ["020 7946 0124"]),
    (
        {"as": "date"},
        DATE,
        ["2026-04-04", "2026-04-02T22:00:00Z", "2026-04-03T00:00:00+02:00", "3 May 2026", 46115],
    ),
    ({"as": "date", "format": "DD/MM/YYYY"}, DATE, ["2026-04-03T12:00:00Z", "32/04/2026", True]),
    ({"as": "date"}, "whenever", ["never"]),
    ({"as": "date", "format": "DDMMYYYY"}, DATE, [" 03132026", "030426"]),
    ({"as": "date"}, DATE, ["0001-01-01T00:00:00+23:00", "9999-12-31T00:00:00-23:00"]),
    (
        {"as": "datetime"},
        AT,
        [
            *("2026-05-07T14:35:00Z", "2026-05-07T12:35:00", "2026-05-07", "7 May 2026"),
            *("2026-05-07T00:00:00Z", "2026-05-07T14:36:00+02:00", 1778157301, "25:99 on 7 May"),
            "07/05/2026 14:75",
        ],
    ),
    (
        {"as": "money"},
        "1487.36 EUR",
        [
            *(148736, 14.8736, 1487, 1487.4, "1.48736E+3", "$1,487.36", "1487.36 USD"),
            *("€ 1487.36 USD", "1487.36 doubloons", "14,87.36", True),
        ],
    ),
    ({"as": "money", "currency": "USD"}, "12.50", ["€12.50"]),
    ({"as": "money", "unit": "cents"}, "1487.36 EUR", [1487.36, "1487.36 EUR", "1487.36"]),
    ({"as": "number"}, "1234", [1235, "1.234E+3", "12,34", "1.2.34", "twelve", True, "1'23"]),
    ({"as": "number"}, "1234", [float("inf"), "1" * 60, "1,2.3,4"]),
    ({"as": "choice"}, "quote", ["visit"]),
    ({"as": "choice", "choices": {"a": "b", "b": "a"}}, "a", ["a"]),
    ({"as": "boolean"}, "true", [False, "no", 0, 2, "maybe", ["x", "y"]]),
    ({"as": "boolean"}, "perhaps", [True]),
]


def _compare(spec: dict[str, object], sent: str, seen: object) -> list[Kind]:
    fields = {"key": FieldRule.parse({"from": "it", **spec})}
    return [found.kind for found in compare({"it": sent}, fields, {"key": seen, "id": 9})]


@pytest.mark.parametrize(
    ("spec", "sent", "seen"),
    [(spec, sent, seen) for spec, sent, many in SAME for seen in many],
)
def test_another_notation_is_no_finding(spec: dict[str, object], sent: str, seen: object) -> None:
    assert _compare(spec, sent, seen) == []


@pytest.mark.parametrize(
    ("spec", "sent", "seen"),
    [(spec, sent, seen) for spec, sent, many in ALTERED for seen in many],
)
def test_a_changed_meaning_is(spec: dict[str, object], sent: str, seen: object) -> None:
    assert _compare(spec, sent, seen) == [Kind.ALTERED]


def test_equal_records_never_load_the_numbering_plans() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from monitor.rules.fields import FieldRule, compare;"
        "rule = FieldRule.parse({'from': 'phone', 'as': 'phone', 'region': 'GB'});"
        "lead = {'phone': '+442079460123'};"
        "assert compare(lead, {'phone': rule}, lead) == [];"
        "assert 'phonenumbers' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_number_too_long_to_write_is_no_error() -> None:
    assert _compare({"as": "number"}, "12", 10**5000) == [Kind.ALTERED]
    assert _compare({"as": "text"}, "12", 10**5000) == [Kind.ALTERED]
