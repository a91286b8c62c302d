"""Why a target was missed, said in one place: printed beside every figure that falls short."""

SHARED = (
    "a run's own calls (the hand-in, a removal for each tool that removes one by one, its share of "
    "the listings) and the permits of the limiter are a quarter of it, and nearly the target; "
    "another third is reading what the listings show, thirteen times and again for the removal; "
    "the rest is writing what was seen, three judgements and the ticks"
)
APART = (
    "the calls cost half of what a Session needs for them, a permit of the limiter for each "
    "another third; and where no two leads share a search, each of the thirteen looks and ten "
    "searches for the removal is prepared, read and kept by itself"
)
REASONS: dict[str, str] = {
    "shared": SHARED,
    "shared-production": SHARED,
    "apart": APART,
    "apart-production": APART,
}
UNKNOWN = "the reason is not known yet"


def because(figure: str) -> str:
    """Answer why this figure is missed where it is; a reason not known is said to be so."""
    return REASONS.get(figure, UNKNOWN)
