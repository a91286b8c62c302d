"""Every shortfall says itself in one sentence an owner understands."""

from datetime import timedelta

import pytest

from connectors.kit.message import Message
from monitor.rules import finding
from monitor.rules.difference import Kind
from monitor.rules.finding import FindingKind
from tests.monitor.rules.journeys import damage
from tests.monitor.rules.plans import hop

FORM, MAILS, CONTACT = hop("form"), hop("list", "form"), hop("contact", "list", title="")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.25, "0.2 s"),
        (3, "3 s"),
        (9.96, "10 s"),
        (38.4, "38 s"),
        (119, "119 s"),
        (120, "2 min"),
        (1200, "20 min"),
        (7200, "2 h"),
        (172800, "2 d"),
    ],
)
def test_a_span_is_told_in_the_unit_that_fits(seconds: float, words: str) -> None:
    assert finding.span(timedelta(seconds=seconds)) == words


def test_a_loss_names_the_hops_on_both_sides() -> None:
    found = finding.dropped((CONTACT,), MAILS)
    assert found.message.render() == (
        "The test lead was in List, but did not arrive in Contact tool within 100 s."
    )
    assert (found.kind, found.hop, found.suspects) == (FindingKind.DROPPED, "contact", ("contact",))


def test_a_loss_behind_a_blind_hop_names_what_we_could_not_see() -> None:
    found = finding.dropped((MAILS, CONTACT), FORM)
    assert found.suspects == ("list", "contact")
    assert "last seen in Form" in found.message.render()
    assert "could not look into List." in found.message.render()


def test_a_loss_at_the_entry_says_that_it_was_taken() -> None:
    assert finding.dropped((FORM,), None).message.render() == (
        "Form took the test lead, but it was not there after 100 s."
    )


def test_lateness_says_how_late() -> None:
    assert finding.late((MAILS,), timedelta(seconds=180)).message.render() == (
        "The test lead arrived in List, but 3 min after it was due."
    )


@pytest.mark.parametrize(
    ("path", "count", "before", "words"),
    [
        ((CONTACT,), 2, MAILS, "The test lead arrived twice in Contact tool."),
        ((CONTACT,), 3, MAILS, "The test lead arrived 3 times in Contact tool."),
        ((MAILS, CONTACT), 2, None, "The test lead arrived 2 times in Contact tool."),
    ],
)
def test_copies_are_counted(path: tuple, count: int, before: object, words: str) -> None:  # type: ignore[type-arg]
    found = finding.duplicated(path, count, before)  # type: ignore[arg-type]
    assert found.message.render() == words
    assert found.count == count


def test_copies_behind_a_merging_tool_say_why_it_may_be_either() -> None:
    found = finding.duplicated((MAILS, CONTACT), 2, FORM)
    assert "somewhere on its way from Form" in found.message.render()


@pytest.mark.parametrize("kind", list(Kind))
def test_every_damage_of_a_field_is_a_finding(kind: Kind) -> None:
    fields = ("email", "phone") if kind is Kind.SWAPPED else ("email",)
    found = finding.damaged((MAILS, CONTACT), damage(kind, *fields))
    assert found.kind.value == kind.value
    assert found.fields == fields
    assert found.message.render()


def test_a_refusal_tells_the_tools_own_sentence() -> None:
    said = Message("The form asked for a phone number.")
    assert finding.refused(FORM, said).message == said
    assert "did not say whether" in finding.refused(FORM, None).message.render()


def test_a_blind_spot_tells_what_kept_us_from_looking() -> None:
    said = Message("The tool asks you to reconnect.")
    assert finding.blind(FORM, said, arrived=False).message == said
    assert finding.blind(FORM, None, arrived=False).message.render() == (
        "We could not look into Form."
    )
    assert "second copy" in finding.blind(FORM, said, arrived=True).message.render()
