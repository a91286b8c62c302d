"""Every kind of finding has its words."""

import pytest

from connectors.kit.message import Message
from monitor.rules.finding import Finding, FindingKind
from monitor.rules.words import CHECKS, HEADLINES, WORST_FIRST, gist, worst_of


def finding(kind: FindingKind, *fields: str, count: int = 0) -> Finding:
    return Finding(kind=kind, hop="deal", message=Message("Bad."), fields=fields, count=count)


def test_no_kind_is_without_words() -> None:
    assert set(WORST_FIRST) == set(HEADLINES) == set(CHECKS) == set(FindingKind)


@pytest.mark.parametrize("kind", list(FindingKind))
def test_every_gist_renders(kind: FindingKind) -> None:
    words = gist([finding(kind, "first_name", "email", count=3)]).render()
    assert words
    assert len(words) < 50


def test_a_gist_speaks_of_the_worst() -> None:
    found = [finding(FindingKind.LATE), finding(FindingKind.SWAPPED, "first_name", "email")]
    assert gist(found).render() == "first name ⇄ email"
    assert gist([finding(FindingKind.DUPLICATED, count=2)]).render() == "arrived twice"
    assert gist([finding(FindingKind.DUPLICATED, count=3)]).render() == "arrived 3 times"
    assert gist([finding(FindingKind.DROPPED)]).render() == "lost"


def test_without_findings_it_is_just_broken() -> None:
    assert gist([]).render() == "broken"
    assert worst_of([]) is None
