"""A mapping beside the tool's own fields: each misfit is named, with how to mend it."""

from connectors.kit.records import FieldInfo
from monitor.rules.described import misfits
from monitor.rules.mapping import FieldRule

FIELDS = (
    FieldInfo(key="email", label="Email", kind="email", required=True),
    FieldInfo(key="LNAME", label="Last Name", required=True),
    FieldInfo(key="FNAME", label="First Name"),
    FieldInfo(key="TOPIC", label="Topic", kind="choice", choices=("Quote", "Booking")),
    FieldInfo(key="ADDRESS", label="Address"),
    FieldInfo(key="created", label="Created", kind="datetime", writable=False),
)


def told(*, is_entry: bool = True, **mapping: object) -> list[tuple[str, str]]:
    rules = {
        key.replace("__", "."): FieldRule.parse(spec if isinstance(spec, dict) else {"from": spec})
        for key, spec in mapping.items()
    }
    found = misfits("Tool", FIELDS, rules, is_entry=is_entry)
    return [(one.key, one.message.render()) for one in found]


def test_a_mapping_of_fields_that_are_there_fits() -> None:
    topic = {"from": "topic", "as": "choice", "choices": {"quote": "quote"}}
    assert told(LNAME="last_name", FNAME="first_name", TOPIC=topic, ADDRESS__city="city") == []


def test_a_field_that_does_not_exist_is_named_with_the_nearest() -> None:
    ((key, sentence),) = told(LNAME="last_name", FNAM="first_name")
    assert key == "FNAM"
    assert sentence == "Tool has no field “FNAM” here; did you mean “FNAME”, “LNAME”?"


def test_the_label_an_owner_sees_leads_to_the_key() -> None:
    ((_, sentence),) = told(LNAME="last_name", First_name="first_name")
    assert "“FNAME”" in sentence


def test_a_name_like_no_other_is_only_named() -> None:
    assert told(LNAME="last_name", zzzzzz="city") == [
        ("zzzzzz", "Tool has no field “zzzzzz” here.")
    ]


def test_what_the_tool_requires_is_asked_for_where_leads_are_handed_in() -> None:
    assert told(FNAME="first_name") == [
        ("", "Tool takes no record without “LNAME” (Last Name); map it.")
    ]
    assert told(FNAME="first_name", is_entry=False) == []


def test_a_choice_the_tool_does_not_offer_is_named() -> None:
    topic = {"from": "topic", "as": "choice", "choices": {"quote": "Quote", "x": "Offer", "y": 7}}
    ((key, sentence),) = told(LNAME="last_name", TOPIC=topic)
    assert key == "TOPIC"
    assert sentence == (
        "Tool does not offer “Offer”, “7” for “TOPIC”; it offers “Quote”, “Booking”."
    )


def test_what_the_tool_fills_itself_is_not_handed_in_but_may_be_read() -> None:
    assert [key for key, _ in told(LNAME="last_name", created="datetime")] == ["created"]
    assert told(LNAME="last_name", created={"as": "ignore"}) == []
    assert told(created="datetime", is_entry=False) == []
