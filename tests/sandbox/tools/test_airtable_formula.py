"""The Airtable twin's formulas."""

import pytest

from sandbox.storage import Record
from sandbox.tools.airtable_formula import BadFormula, matcher

FIELDS = {
    "Name": "Ann O'Zorbadi", "Email": "Leads+A@shop.test", "Amount": 12.0, "Consent": True,
    "Interests": ["Garden", "Kitchen"], 'Odd "{name}"': "x",
}  # fmt: skip
RECORD = Record("rec1", FIELDS, 1_700_000_000.0, 1_700_000_060.0)
NAMES = frozenset({*FIELDS, "City"})


@pytest.mark.parametrize(
    ("formula", "holds"),
    [
        ('{Name}="Ann O\'Zorbadi"', True),
        ("{Name}='Ann O\\'Zorbadi'", True),
        ("Name='ann o\\'zorbadi'", False),
        ("LOWER(Email)='leads+a@shop.test'", True),
        ('{Odd "\\{name\\}"}="x"', True),
        ("1=0", False),
        ("1", True),
        ("0", False),
        ("City", False),
        ("{City}=''", True),
        ("NOT(City)", True),
        ("Amount>=12", True),
        ("(Amount<12)", False),
        ("OR(Amount>20, AND(Consent, Amount!=3))", True),
        ('LOWER({Name}&" "&{Email}&{City})="ann o\'zorbadi leads+a@shop.test"', True),
        ("FIND('zor', LOWER(Name))", True),
        ("FIND('zor', Name)", False),
        ("SEARCH('zor', Name)", True),
        ("Amount&''='12'", True),
        ("Consent&''='1'", True),
        ("Interests&''='Garden, Kitchen'", True),
        ('REGEX_MATCH(LOWER({Email}),"nobody|leads.a@shop.test")', True),
        ('REGEX_MATCH({Email},"leads.a@shop")', False),
        ('REGEX_MATCH({Email},"(?=Leads)")', False),
        ('REGEX_MATCH({Email},"(")', False),
        ("RECORD_ID()='rec1'", True),
        ("IS_AFTER(CREATED_TIME(),'2023-11-14T22:13:19.000Z')", True),
        ("IS_AFTER(CREATED_TIME(),'2023-11-14T22:13:20.000Z')", False),
        ("IS_BEFORE(CREATED_TIME(),LAST_MODIFIED_TIME())", True),
        ("IS_AFTER(City,'2023-11-14')", False),
        ("Amount>'x'", False),
        ("CONCATENATE(TRIM(' a '),UPPER('b'),LEN('ccc'))='aB3'", True),
        ("AND(TRUE(),NOT(FALSE()),BLANK()='')", True),
    ],
)
def test_a_formula_says_of_a_record(formula: str, holds: bool) -> None:
    assert matcher(formula, NAMES)(RECORD) is holds


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("{Shoe}='44'", "Unknown field names: shoe"),
        ("Shoe", "Unknown field names: shoe"),
        ("SHOUT('x')", "Unknown function SHOUT"),
        ("'open", "Unexpected 'open"),
        ("OR(1", "Unexpected end"),
        ("(1", "A bracket is open"),
        ("1 2", "Unexpected 2"),
        ("1=", "Unexpected end"),
        ("=1", "Unexpected ="),
        ("", "Unexpected end"),
    ],
)
def test_a_formula_that_cannot_be_read_says_why(formula: str, said: str) -> None:
    with pytest.raises(BadFormula) as caught:
        matcher(formula, NAMES)
    assert str(caught.value) == said
