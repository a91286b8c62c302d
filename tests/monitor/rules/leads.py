"""Leads and rules the tests of this folder share."""

from collections.abc import Mapping

from hypothesis import strategies as st

from monitor.rules.fields import FieldRule
from monitor.rules.lead import Persona, mint, tag_of

ADDRESS = "leads@shop.example"


def lead_of(number: int, persona: Persona = Persona.PLAIN) -> dict[str, str]:
    return mint(tag_of(number), persona, address=ADDRESS)


def rules(**specs: Mapping[str, object]) -> dict[str, FieldRule]:
    """Answer rules by record key; {} reads the lead field of the same name."""
    return {key: FieldRule.parse({"from": key, **spec}) for key, spec in specs.items()}


# Every field of a minted lead, under its own name and in its own notation.
VERBATIM = rules(**{name: {} for name in lead_of(1)})

# The same in a tool's notation.
FORMATTED = {
    **VERBATIM,
    **rules(
        date={"as": "date", "format": "DD/MM/YYYY"},
        datetime={"as": "datetime", "format": "MM/DD/YYYY HH:mm Z"},
        amount={"as": "money", "unit": "cents"},
        topic={"as": "choice", "choices": {"quote": "Request for quotation", "booking": 2}},
        phone={"as": "phone", "region": "GB"},
    ),
}

numbers = st.integers(0, 65**6 - 1)
personas = st.sampled_from(Persona)
minted = st.builds(lead_of, numbers, personas)
