"""Why a target was missed, said in one place: printed beside every figure that falls short."""

LATE = (
    "only late leads are missing: other programs kept both cores busy while this was measured, so "
    "looks came seconds after they were due, and a lead 2.5 s late had arrived by then"
)
REASONS: dict[str, str] = {
    "Found": LATE,
    "Right kind": LATE,
    "Right handoff": LATE,
    "Right fields": LATE,
}
UNKNOWN = "the reason is not known yet"


def because(figure: str) -> str:
    """Answer why this figure is missed where it is; a reason not known is said to be so."""
    return REASONS.get(figure, UNKNOWN)
