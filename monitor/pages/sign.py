"""The signs of every state: a tone, a glyph and a word, so that none is told by colour alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.kit.message import Message, _
from monitor.models import ConnectionState, ResidueState
from monitor.rules.status import ChainState
from monitor.rules.verdict import HopState, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """How a state shows. `tone` is a token of the stylesheet."""

    tone: str
    glyph: str
    word: Message


def _sign(tone: str, glyph: str, word: str) -> Sign:
    return Sign(tone=tone, glyph=glyph, word=Message(word))


UNDER_WAY = _sign("checking", "dots", _("under way"))
BROKEN = _sign("broken", "cross", _("broken"))
EARLIER = _sign("idle", "dash", _("worked when last seen"))
SUSPECTED = _sign("broken", "question", _("perhaps here"))
CHECKING = _sign("checking", "again", _("checking again"))
NOT_SEEN_YET = _sign("idle", "dash", _("not seen yet"))
PAUSED = _sign("idle", "pause", _("paused"))
RESOLVED = _sign("delivered", "tick", _("resolved"))
SUPERSEDED = _sign("idle", "dash", _("superseded"))
CANNOT_LOOK = _sign("blind", "eye-off", _("could not look"))
HANDED_IN = _sign("info", "send", _("handed in"))
DAMAGED = _sign("broken", "cross", _("arrived damaged"))
TWICE = _sign("broken", "cross", _("arrived twice"))
WORKING = _sign("delivered", "tick", _("working"))
FAILING = _sign("broken", "cross", _("failing"))
SENT = _sign("delivered", "tick", _("sent"))
UNTRIED = _sign("idle", "dash", _("not tried yet"))
NOT_WATCHED = _sign("idle", "eye-off", _("not watched"))
SILENT = _sign("broken", "alert", _("not running"))
STUCK = _sign("broken", "alert", _("stuck"))

HOPS: Mapping[HopState, Sign] = {
    HopState.WAITING: _sign("checking", "dots", _("waiting")),
    HopState.ARRIVED: _sign("delivered", "tick", _("arrived")),
    HopState.LATE: _sign("broken", "late", _("late")),
    HopState.DROPPED: _sign("broken", "cross", _("lost")),
    HopState.REFUSED: _sign("broken", "cross", _("refused")),
    HopState.NOT_REACHED: _sign("idle", "dash", _("not reached")),
    HopState.BLIND: CANNOT_LOOK,
    HopState.UNWATCHED: NOT_WATCHED,
}

VERDICTS: Mapping[str, Sign] = {
    Verdict.PASSED.value: _sign("delivered", "tick", _("delivered")),
    Verdict.FAILED.value: BROKEN,
    Verdict.INCONCLUSIVE.value: CANNOT_LOOK,
    "": UNDER_WAY,
}

CHAINS: Mapping[ChainState, Sign] = {
    ChainState.BROKEN: BROKEN,
    ChainState.CHECKING: CHECKING,
    ChainState.CANNOT_LOOK: CANNOT_LOOK,
    ChainState.WAITING: _sign("idle", "dots", _("no proof yet")),
    ChainState.NOT_WATCHING: NOT_WATCHED,
    ChainState.PAUSED: PAUSED,
    ChainState.DELIVERING: _sign("delivered", "tick", _("delivering")),
}

CONNECTIONS: Mapping[str, Sign] = {
    ConnectionState.PROVED.value: _sign("delivered", "tick", _("connected")),
    ConnectionState.UNPROVED.value: _sign("idle", "dash", _("not proved yet")),
    ConnectionState.NEEDS_OWNER.value: _sign("blind", "eye-off", _("needs you")),
}

RESIDUE: Mapping[str, Sign] = {
    ResidueState.LYING.value: _sign("checking", "dots", _("still there")),
    ResidueState.REMOVED.value: _sign("info", "again", _("removed, being verified")),
    ResidueState.GONE.value: _sign("delivered", "tick", _("gone")),
    ResidueState.KEPT.value: _sign("idle", "dash", _("stays")),
    ResidueState.NOT_OURS.value: _sign("blind", "info", _("a real record, left alone")),
}
