"""Each difference explains itself in one sentence a business owner understands."""

import pytest

from monitor.rules.fields import Difference, Kind


def _difference(kind: Kind, *slots: tuple[str, str, str]) -> Difference:
    fields, expected, seen = zip(*slots, strict=True)
    return Difference(kind=kind, fields=fields, expected=expected, seen=seen)


NAME = ("first_name", "Ann", "a@b.example")
EMAIL = ("email", "a@b.example", "Ann")
CITY = ("city", "Ulm", "Bonn")


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.SWAPPED])
def test_every_kind_names_its_field_in_a_sentence(kind: Kind) -> None:
    sentence = _difference(kind, NAME).explain().render()
    assert "first name" in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [
        (
            _difference(Kind.SWAPPED, EMAIL, NAME),
            "The email and the first name changed places: the email reads “Ann” and the first name"
            " reads “a@b.example”.",
        ),
        (
            _difference(Kind.SWAPPED, EMAIL, NAME, CITY),
            "The values of these fields changed places: email, first name, city.",
        ),
        (
            _difference(Kind.MISPLACED, ("city", "Ulm", ""), ("email", "a@b.example", "Ulm")),
            "The city was put where the email belongs: there “a@b.example” was sent and “Ulm”"
            " arrived.",
        ),
        (
            _difference(Kind.MISPLACED, ("city", "Ulm", "")),
            "The city, “Ulm”, arrived in a place that nothing is mapped to.",
        ),
        (
            _difference(Kind.MERGED, ("first_name", "Ann", "Ann Lee"), ("last_name", "Lee", "")),
            "The whole name was put into one field: “Ann Lee” arrived for these: first name,"
            " last name.",
        ),
        (
            _difference(Kind.ALTERED, ("message", "a\r\nb", "x" * 100)),
            f"The message was changed: “a↵b” arrived as “{'x' * 79}…”.",
        ),
        (
            _difference(Kind.MISSING, CITY),
            "The city is missing: “Ulm” was sent and nothing arrived.",
        ),
    ],
)
def test_the_sentence_says_what_happened(difference: Difference, sentence: str) -> None:
    assert difference.explain().render() == sentence
