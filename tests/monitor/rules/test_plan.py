"""A frozen plan: read back as it was written, walked from the entry down."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.plan import BadPlan, HopPlan, LookPace, Plan, superseded
from tests.monitor.rules.plans import hop, line, plan

SECONDS = st.floats(0, 1e6)
HOPS = st.builds(
    HopPlan,
    **dict.fromkeys(
        ["slug", "title", "tool", "kind", "after", "connection", "connector", "resource"],
        st.text(max_size=4),
    ),
    fields=st.dictionaries(
        st.text(max_size=4), st.fixed_dictionaries({"from": st.text(max_size=4)}), max_size=2
    ),
    deadline=SECONDS,
    lag=SECONDS,
    linger=SECONDS,
    merges=st.booleans(),
    finds=st.booleans(),
    submits=st.booleans(),
    removes=st.booleans(),
    carrier=st.text(max_size=4),
    carrier_url=st.text(max_size=4),
    stable_ids=st.booleans(),
)
PACES = st.builds(
    LookPace,
    deadline=st.lists(SECONDS, max_size=3).map(tuple),
    linger=st.lists(SECONDS, max_size=3).map(tuple),
    floor=SECONDS,
    patience=SECONDS,
)
PLANS = st.builds(
    Plan,
    chain=st.text(),
    title=st.text(),
    hops=st.lists(HOPS, max_size=3).map(tuple),
    looks=PACES,
)


@given(PLANS)
def test_a_plan_survives_its_document(drawn: Plan) -> None:
    again = Plan.parse(json.loads(json.dumps(drawn.document())))
    assert again == drawn
    assert again.digest() == drawn.digest()


def test_another_deadline_is_another_digest() -> None:
    drawn = line()
    changed = replace(drawn, hops=(*drawn.hops[:-1], replace(drawn.hops[-1], deadline=99.0)))
    assert changed.digest() != drawn.digest()


def test_the_tree_is_walked_both_ways() -> None:
    tree = plan(hop("deal", "contact"), hop("contact", "form"), hop("mail", "contact"), hop("form"))
    assert tree.entry.slug == "form"
    assert [found.slug for found in tree.children("contact")] == ["deal", "mail"]
    assert [found.slug for found in tree.path("mail")] == ["form", "contact", "mail"]
    assert [found.slug for found in tree.downward()] == ["form", "contact", "deal", "mail"]


def test_an_unknown_hop_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        line().hop("nowhere")


def damaged(**changes: object) -> dict[str, object]:
    document = line().document()
    hops = [dict(document["hops"][0], **changes)]  # type: ignore[index]
    return {**document, "hops": hops}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, "hops"),
        ({**line().document(), "hops": 3}, "hops"),
        ({**line().document(), "hops": [3]}, r"hops\[0\]"),
        ({**line().document(), "title": None}, "title"),
        ({**line().document(), "looks": {}}, "looks.deadline"),
        ({**line().document(), "looks": {"deadline": ["soon"]}}, "looks.deadline"),
        (damaged(slug=7), r"hops\[0\].slug"),
        (damaged(lag=True), r"hops\[0\].lag"),
        (damaged(lag="3"), r"hops\[0\].lag"),
        (damaged(finds=1), r"hops\[0\].finds"),
        (damaged(fields={"Email": "email"}), r"hops\[0\].fields.Email"),
        (damaged(fields=[]), r"hops\[0\].fields"),
    ],
)
def test_a_document_that_is_no_plan_says_where(document: dict[str, object], place: str) -> None:
    with pytest.raises(BadPlan, match=f"“{place}”"):
        Plan.parse(document)


def test_something_else_than_an_object_is_no_plan() -> None:
    with pytest.raises(BadPlan, match="“/”"):
        Plan.parse([])  # type: ignore[arg-type]


def test_an_edit_supersedes_the_handoffs_it_did_away_with() -> None:
    old = line()
    form, mails, contact, deal = old.hops
    renamed = replace(mails, title="Newsletter", deadline=7.0)
    assert superseded(old, replace(old, hops=(form, renamed, contact, deal))) == ()
    moved = replace(deal, after="list")
    other_tool = replace(mails, connector="mailchimp")
    assert superseded(old, replace(old, hops=(form, other_tool, moved))) == (
        "list",
        "contact",
        "deal",
    )
