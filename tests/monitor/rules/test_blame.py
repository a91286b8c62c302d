"""The handoff that did it is named, and no other."""

from dataclasses import replace

import pytest

from monitor.rules.difference import Difference, Kind
from monitor.rules.plan import Plan
from monitor.rules.verdict import FindingKind, Judgement
from tests.monitor.rules.journeys import World, damage
from tests.monitor.rules.plans import hop, line, plan

IN_TIME = {"list": [20], "contact": [40], "deal": [60]}

Told = list[tuple[str, str, tuple[str, ...]]]


def told(judged: Judgement) -> Told:
    return [(found.kind.value, found.hop, found.suspects) for found in judged.findings]


def end(world: World) -> Judgement:
    return world.travel()[-1][1]


def never_flickers(world: World) -> Told:
    """Travel, and answer what was told in the end; what is told once is never taken back."""
    blamed: Told = []
    for _second, judged in world.travel():
        now = told(judged)
        assert blamed == now[: len(blamed)]
        blamed = now
    return blamed


def test_damage_is_blamed_where_it_first_shows_and_inherited_behind() -> None:
    swapped = damage(Kind.SWAPPED, "first_name", "email")
    world = World(line(), IN_TIME, {"contact": (swapped,), "deal": (swapped,)})
    assert never_flickers(world) == [("swapped", "contact", ("contact",))]
    judged = end(World(line(), IN_TIME, {"contact": (swapped,), "deal": (swapped,)}))
    assert judged.hop("deal").inherited == (swapped,)
    assert judged.hop("deal").good


def test_new_damage_behind_old_damage_is_blamed_on_its_own_handoff() -> None:
    cut, moved = damage(Kind.TRUNCATED, "message"), damage(Kind.SWAPPED, "first_name", "email")
    world = World(line(), IN_TIME, {"list": (cut,), "contact": (cut, moved), "deal": (cut, moved)})
    assert never_flickers(world) == [
        ("truncated", "list", ("list",)),
        ("swapped", "contact", ("contact",)),
    ]


@pytest.mark.parametrize(
    ("had", "found", "blamed"),
    [
        (damage(Kind.ALTERED, "amount", seen="10050"), damage(Kind.ALTERED, "amount"), False),
        (damage(Kind.ALTERED, "amount"), damage(Kind.MISSING, "amount"), True),
        (damage(Kind.MISSING, "email"), damage(Kind.UNRENDERED, "email", seen="null"), False),
        (damage(Kind.SWAPPED, "email", "phone"), damage(Kind.MISPLACED, "email"), False),
        (damage(Kind.SWAPPED, "email", "phone"), damage(Kind.ALTERED, "message"), True),
        (damage(Kind.MISSING, "email"), damage(Kind.SWAPPED, "email", "phone"), True),
        (damage(Kind.TRUNCATED, "message", seen="a  b"), damage(Kind.TRUNCATED, "message"), True),
        (
            damage(Kind.TRUNCATED, "message", seen="a  b"),
            damage(Kind.TRUNCATED, "message", seen="a b "),
            False,
        ),
        (damage(Kind.GARBLED, "last_name"), damage(Kind.TRUNCATED, "full_name"), False),
        (damage(Kind.ALTERED, "full_name"), damage(Kind.MERGED, "first_name"), False),
        (damage(Kind.ALTERED, "full_name"), damage(Kind.ALTERED, "email"), True),
        (damage(Kind.ALTERED, "last_name"), damage(Kind.ALTERED, "first_name"), True),
    ],
)
def test_what_was_handed_on_is_known_in_another_notation(
    had: Difference, found: Difference, blamed: bool
) -> None:
    world = World(line(), IN_TIME, {"list": (had,), "contact": (found,)})
    judged = end(world)
    assert any(one.hop == "contact" for one in judged.findings) is blamed
    assert (found in judged.hop("contact").inherited) is not blamed


def test_damage_behind_a_blind_hop_suspects_every_handoff_since_the_last_hop_seen() -> None:
    cut = damage(Kind.TRUNCATED, "message")
    world = World(line(), IN_TIME, {"contact": (cut,)}, fails=lambda hop, second: hop == "list")
    judged = end(world)
    assert ("truncated", "contact", ("list", "contact")) in told(judged)


def test_damage_waits_while_the_hop_before_may_still_answer() -> None:
    cut = damage(Kind.TRUNCATED, "message")
    world = World(
        line(),
        {"list": [20], "contact": [90], "deal": [91]},
        {"list": (cut,), "contact": (cut,), "deal": (cut,)},
        fails=lambda hop, second: hop == "list" and second < 180,
    )
    assert never_flickers(world) == [("truncated", "list", ("list",))]


def through_a_hop_without_messages() -> Plan:
    return plan(
        hop("form", finds=False),
        hop("list", "form"),
        hop("contact", "list", fields={"Email": {"from": "email"}}),
        hop("deal", "contact"),
    )


def test_damage_to_what_the_hop_before_has_no_field_for_is_known_from_further_up() -> None:
    cut = damage(Kind.TRUNCATED, "message")
    world = World(through_a_hop_without_messages(), IN_TIME, {"list": (cut,), "deal": (cut,)})
    assert never_flickers(world) == [("truncated", "list", ("list",))]


def test_damage_in_what_the_hop_before_has_no_field_for_suspects_both_handoffs() -> None:
    cut = damage(Kind.TRUNCATED, "message")
    world = World(through_a_hop_without_messages(), IN_TIME, {"deal": (cut,)})
    assert never_flickers(world) == [("truncated", "deal", ("contact", "deal"))]


@pytest.mark.parametrize(
    ("between", "blamed"),
    [
        ((), [("swapped", "deal", ("deal",))]),
        ((damage(Kind.ALTERED, "email"),), [("swapped", "list", ("list",))]),
    ],
)
def test_a_hop_that_holds_one_of_two_swapped_fields_tells_whether_it_was_before(
    between: tuple[Difference, ...], blamed: Told
) -> None:
    moved = damage(Kind.SWAPPED, "email", "message")
    before = (moved,) if between else ()
    world = World(
        through_a_hop_without_messages(),
        IN_TIME,
        {"list": before, "contact": between, "deal": (moved,)},
    )
    assert never_flickers(world) == blamed


def test_a_hop_that_holds_the_whole_name_vouches_for_its_parts() -> None:
    drawn = plan(
        hop("form", finds=False),
        hop("list", "form", fields={"Name": {"from": "full_name"}}),
        hop("deal", "list"),
    )
    cut = damage(Kind.TRUNCATED, "last_name")
    world = World(drawn, {"list": [20], "deal": [40]}, {"deal": (cut,)})
    assert never_flickers(world) == [("truncated", "deal", ("deal",))]


def test_a_copy_is_blamed_where_it_was_made_though_seen_further_down_first() -> None:
    world = World(line(), {"list": [20, 52], "contact": [30, 53], "deal": [40, 54]})
    assert never_flickers(world) == [("duplicated", "list", ("list",))]
    world = World(line(), {"list": [20], "contact": [30, 75], "deal": [40, 76]})
    assert never_flickers(world) == [("duplicated", "contact", ("contact",))]


def test_more_copies_than_the_hop_before_had_are_its_own() -> None:
    world = World(line(), {"list": [20, 21], "contact": [30] * 4, "deal": [40] * 4})
    assert never_flickers(world) == [
        ("duplicated", "list", ("list",)),
        ("duplicated", "contact", ("contact",)),
    ]


def merging() -> Plan:
    return plan(
        hop("form", finds=False),
        hop("list", "form", merges=True),
        hop("contact", "list", merges=True),
        hop("deal", "contact"),
        hop("invoice", "deal"),
    )


def test_behind_hops_that_merge_every_handoff_since_the_last_counting_one_is_suspect() -> None:
    world = World(merging(), {**IN_TIME, "deal": [60, 61], "invoice": [80, 81]})
    judged = end(world)
    assert told(judged) == [("duplicated", "list", ("list", "contact", "deal"))]
    assert judged.findings[0].count == 2
    assert judged.hop("invoice").good


def test_a_hop_that_does_not_map_the_field_hands_its_damage_on_without_a_trace() -> None:
    silent = {"Email": {"from": "email"}}
    drawn = plan(hop("list"), hop("mail", "list", fields=silent), hop("deal", "mail"))
    cut = damage(Kind.TRUNCATED, "message")
    arrivals = {"list": [0], "mail": [20], "deal": [40]}
    handed_on = World(drawn, arrivals, {"list": (cut,), "deal": (cut,)})
    assert never_flickers(handed_on) == [("truncated", "list", ("list",))]
    new = World(drawn, arrivals, {"deal": (cut,)})
    assert told(end(new)) == [("truncated", "deal", ("mail", "deal"))]


def test_two_branches_behind_a_hop_that_merges_tell_of_one_fault() -> None:
    drawn = plan(
        hop("form", finds=False),
        hop("list", "form", merges=True),
        hop("deal", "list"),
        hop("invoice", "list"),
    )
    world = World(drawn, {"list": [20], "deal": [40, 41], "invoice": [60, 61]})
    assert never_flickers(world) == [("duplicated", "list", ("list", "deal"))]
    one_branch = World(drawn, {"list": [20], "deal": [40], "invoice": [60, 61]})
    assert told(end(one_branch)) == [("duplicated", "list", ("list", "invoice"))]


def test_a_hop_that_merges_is_good_only_once_the_hop_that_counts_was_watched_to_its_end() -> None:
    drawn = plan(hop("form", finds=False), hop("list", "form", merges=True), hop("deal", "list"))
    history = World(drawn, {"list": [10], "deal": [40, 75]}).travel()
    assert not any(judged.hop("list").good for _, judged in history)
    clean = World(drawn, {"list": [10], "deal": [40]}).travel()
    assert [judged.hop("list").good for _, judged in clean].index(True) == len(clean) - 1


def test_a_hop_that_merges_and_still_shows_two_is_believed() -> None:
    world = World(merging(), {"list": [20], "contact": [40, 41], "deal": [60], "invoice": [80]})
    assert told(end(world)) == [("duplicated", "list", ("list", "contact"))]


def test_an_unwatched_hop_between_is_suspect_too() -> None:
    drawn = plan(hop("list"), hop("glue", "list", finds=False), hop("deal", "glue"))
    world = World(drawn, {"list": [0], "deal": [30, 31]})
    assert told(end(world)) == [("duplicated", "deal", ("glue", "deal"))]


def test_a_copy_at_the_entry_itself_is_the_entrys() -> None:
    world = World(plan(hop("list"), hop("deal", "list")), {"list": [0, 1], "deal": [5, 6]})
    assert told(end(world)) == [("duplicated", "list", ("list",))]


def test_a_merging_entry_got_one_lead_from_us() -> None:
    drawn = plan(hop("list", merges=True), hop("deal", "list"))
    world = World(drawn, {"list": [0], "deal": [5, 6]})
    assert told(end(world)) == [("duplicated", "deal", ("deal",))]


def test_a_copy_waits_while_the_hop_before_may_still_answer() -> None:
    world = World(
        line(),
        {"list": [20, 21], "contact": [90, 91], "deal": [95, 96]},
        fails=lambda hop, second: hop == "list" and second < 180,
    )
    assert never_flickers(world) == [("duplicated", "list", ("list",))]


def test_where_the_hop_before_cannot_be_asked_again_the_copy_is_told_after_patience() -> None:
    world = World(
        line(),
        {"list": [20], "contact": [30, 75], "deal": [40, 76]},
        fails=lambda hop, second: hop == "list" and second > 115,
    )
    judged = end(world)
    assert told(judged) == [("duplicated", "contact", ("contact",))]
    assert judged.findings[0].kind is FindingKind.DUPLICATED


def test_without_the_time_of_the_count_the_arrival_stands_in() -> None:
    world = World(line(), {"list": [20], "contact": [30, 31], "deal": [40, 41]})
    world.travel()
    world.stops["contact"] = replace(world.stops["contact"], counted_at=None)
    assert told(world.judge(1000)) == [("duplicated", "contact", ("contact",))]
