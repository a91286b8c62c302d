"""Chains drawn from data."""

import pytest

from sandbox.chains import BadChain, draw
from sandbox.station import nowhere
from sandbox.stations import STATIONS
from tests.sandbox.conftest import Draw
from tests.sandbox.people import Json, hop
from tests.sandbox_process import Control


def test_shape_b_forks_after_the_contact() -> None:
    chain = draw({"name": "b", "shape": "B"}, fast=True)
    after = {one.name: one.after for one in chain.hops}
    assert after["hubspot_deal"] == after["postmark"] == "hubspot_contact"
    assert after["imap"] == "postmark"


def test_hops_follow_one_another_unless_they_say_otherwise() -> None:
    hops = ["website", "crm", {"tool": "crm", "name": "copy", "after": "website"}]
    chain = draw({"name": "x", "hops": hops}, fast=True)
    assert [chain.handoff(one) for one in chain.hops] == [
        "",
        "x:website->crm",
        "x:website->copy",
    ]


def test_a_tool_twice_on_a_chain_gets_two_names() -> None:
    chain = draw({"name": "x", "hops": ["crm", "crm", "crm"]}, fast=True)
    assert [one.name for one in chain.hops] == ["crm", "crm2", "crm22"]


def test_a_hop_keeps_only_what_the_hop_before_carries() -> None:
    chain = draw({"name": "x", "hops": ["website", "mailchimp", "crm"]}, fast=True)
    assert "message" not in chain.hops[2].fields
    assert chain.hops[2].fields["name"]["from"] == "full_name"


def test_a_mapping_can_be_picked_or_given() -> None:
    given = {"tool": "crm", "fields": {"day": {"from": "date", "format": "DD/MM/YYYY"}}}
    hops = [{"tool": "website", "fields": ["email", "date"]}, given]
    chain = draw({"name": "x", "hops": hops}, fast=True)
    assert set(chain.hops[0].fields) == {"email", "date"}
    assert chain.hops[1].fields == given["fields"]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"name": "x"}, "needs hops"),
        ({"name": "", "shape": "A"}, "needs a name"),
        ({"name": "a/b", "shape": "A"}, "needs a name"),
        ({"name": "x", "shape": "C"}, "no shape 'C'"),
        ({"name": "x", "hops": ["fax"]}, "no hop 'fax'"),
        ({"name": "x", "hops": ["crm", {"tool": "imap", "after": "nobody"}]}, "no hop before it"),
        ({"name": "x", "hops": ["crm", "website"]}, "nothing comes before it"),
        ({"name": "x", "hops": ["crm"], "delay": "soon"}, "number of seconds"),
    ],
)
def test_a_chain_that_cannot_be_is_met_with_a_sentence(wanted: Json, sentence: str) -> None:
    with pytest.raises(BadChain, match=sentence):
        draw(wanted, fast=True)


def test_every_kind_of_hop_can_be_built(draw: Draw) -> None:
    entries = [one.slug for one in STATIONS if one.deliver is nowhere]
    hops = [one.slug for one in STATIONS if one.deliver is not nowhere]
    chain = draw(entries[0], *hops)
    assert [one["kind"] for one in chain["hops"]] == [entries[0], *hops]
    others = [draw(entry, "crm") for entry in entries[1:]]
    assert [one["hops"][0]["kind"] for one in others] == entries[1:]
    for one in [place for drawn in (chain, *others) for place in drawn["hops"]]:
        assert one["credentials"]
        assert one["fields"]
        assert all(not key.startswith("_") for rule in one["fields"].values() for key in rule)


def test_an_account_can_be_shared_and_a_chain_given_up(draw: Draw, control: Control) -> None:
    first = draw({"tool": "crm", "account": "common"})
    second = draw({"tool": "crm", "account": "common"})
    assert hop(first, "crm")["credentials"] == hop(second, "crm")["credentials"]
    control.drop_chain(first["name"])
    names = [chain["name"] for chain in control.chains()]
    assert first["name"] not in names
    assert second["name"] in names


def test_a_name_is_taken_once(draw: Draw, control: Control) -> None:
    chain = draw("crm")
    with pytest.raises(RuntimeError, match="already"):
        control.chain(chain["name"], hops=["crm"])


def test_many_chains_are_built_in_one_go(control: Control) -> None:
    wanted = [{"name": f"many-{number}", "shape": "B"} for number in range(50)]
    made = control.call("POST", "/chains", {"chains": wanted})["chains"]
    tokens = {hop(chain, "hubspot_contact")["credentials"]["token"] for chain in made}
    assert len(tokens) == 50
    for chain in made:
        control.drop_chain(chain["name"])
