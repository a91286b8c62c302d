"""Whose name the next synthetic lead bears: personas take turns, so each is caught by us first."""

from collections.abc import Sequence


def next_persona(personas: Sequence[str], last: Sequence[str], owed: Sequence[str] = ()) -> str:
    """Answer who the next scheduled lead is. `last` are the latest personas, newest last.

    They rotate: the one not seen for longest is next. `owed` are those whose good run an open
    incident waits for: they take every other slot.
    """
    waiting = [persona for persona in owed if persona in personas]
    turn = waiting and not (last and last[-1] in waiting)
    others = [persona for persona in personas if persona not in waiting]
    return min(
        waiting if turn or not others else others,
        key=lambda persona: max(
            (place for place, seen in enumerate(last) if seen == persona), default=-1
        ),
    )
