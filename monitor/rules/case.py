"""What a judged run means for a handoff is decided from a case, and answered as a step."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.rules.finding import Finding, FindingKind


class Reason(StrEnum):
    """Why a decision was taken; kept with what it led to."""

    POSITIVE_EVIDENCE = "positive_evidence"
    CONFIRMED = "confirmed"
    COULD_NOT_CHECK = "could_not_check"
    NO_RESERVE = "no_reserve"
    FIRST_LOSS = "first_loss"
    CHECK_AGAIN = "check_again"
    CHECKING = "checking"
    NOT_CONFIRMED = "not_confirmed"
    CONFIRMATIONS_END_HERE = "confirmations_end_here"
    OLDER_THAN_GOOD = "older_than_good"
    ALREADY_COUNTED = "already_counted"
    STILL_BAD = "still_bad"
    NEW_KIND = "new_kind"
    GOOD_RUN = "good_run"
    OLDER_THAN_BAD = "older_than_bad"
    OTHER_PERSONA = "other_persona"
    PAUSED = "paused"
    NOT_CONCLUSIVE = "not_conclusive"
    ALL_WELL = "all_well"
    NEEDS_OWNER = "needs_owner"
    UNSEEN = "unseen"
    UNREACHABLE = "unreachable"
    SEEN_AGAIN = "seen_again"
    CONNECTION_TOLD = "connection_told"
    WORKSPACE_TOLD = "workspace_told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run as it bears on one handoff. Make it with `outcome_of`.

    `findings` are the handoff's own, without blind spots. `good`: the run proves the handoff
    works. `settled`: nothing more will be seen of the run at this hop. `later` marks what the
    looks a day and a week after removal found.
    """

    run: str
    persona: str
    submitted_at: datetime
    findings: tuple[Finding, ...] = ()
    good: bool = False
    settled: bool = False
    confirmation: bool = False
    later: bool = False

    @property
    def kinds(self) -> frozenset[FindingKind]:
        """Answer the kinds of its findings."""
        return frozenset(finding.kind for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """The open incident of a handoff. `last_bad_at` is the hand-in of its latest bad run.

    `persona` is whose good run ends it: empty for anybody's, where the chain no longer uses the
    one that opened it.
    """

    kinds: frozenset[FindingKind]
    persona: str
    last_bad_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An open confirmation of a handoff: the loss it began with, and which try is under way.

    `tries` counts the confirmation runs started so far (1 for the first).
    """

    first: Outcome
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of a handoff when a run is judged.

    `last_good_at` is the hand-in of the latest good run of this run's persona. `confirms`: the
    judged run is the latest try of the open doubt. `counted`: this run's loss here was decided
    before. `reserve`: the day's budget has a confirmation left. `pause` is the back-off before a
    confirmation is repeated; it doubles each time.
    """

    incident: OpenIncident | None = None
    doubt: Doubt | None = None
    confirms: bool = False
    counted: bool = False
    last_good_at: datetime | None = None
    reserve: bool = True
    paused: bool = False
    pause: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Open an incident. `since` is the hand-in of the first bad run.

    `unverified`: one lead was lost and we could not check again. `ends_doubt`: the open
    confirmation is decided by this.
    """

    reason: Reason
    kinds: frozenset[FindingKind]
    since: datetime
    persona: str = ""
    last_bad_at: datetime | None = None
    unverified: bool = False
    ends_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """The incident stays as it is. `bad`: this run is a bad one in it, to be counted once."""

    reason: Reason
    bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Worse:
    """A kind the open incident did not have: news, not a second incident."""

    reason: Reason
    kinds: frozenset[FindingKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """The incident is over."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Start a run with the same persona and pins and a new tag, at `at`. `tries` counts it."""

    reason: Reason
    at: datetime
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountLoss:
    """An intermittent loss: counted and shown, no incident.

    `run` is the run that lost its lead. `ends_doubt`: the open confirmation is decided by this.
    """

    reason: Reason
    run: str
    ends_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """Nothing is to be done. `ends_doubt`: the doubt itself proved unfounded."""

    reason: Reason
    ends_doubt: bool = False


Step = Open | Keep | Worse | Resolve | Confirm | CountLoss | Nothing
