"""What the demo announced, and whether the first run of each chain came to just that."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.engine import stored
from monitor.models import Run
from monitor.rules.fields import Kind
from monitor.rules.verdict import Finding

HEALTHY, BROKEN, HANDOFF = "bookings", "quote-requests", "crm"
SWAPPED = frozenset({"full_name", "email"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one run ended, in words, and whether that is what was announced."""

    chain: str
    title: str
    verdict: str
    sentences: tuple[str, ...]
    announced: bool


def verdicts() -> Iterator[Verdict]:
    """Yield the verdict on the first run of each chain, as soon as there is one."""
    for chain in (HEALTHY, BROKEN):
        run = Run.objects.filter(chain__slug=chain).select_related("chain").order_by("pk").first()
        if run is not None and run.verdict:
            found = [stored.read_finding(one) for one in run.findings]
            yield Verdict(
                chain=chain,
                title=run.chain.title,
                verdict=run.verdict,
                sentences=tuple(one.message.render() for one in found),
                announced=_as_announced(chain, run.verdict, found),
            )


def _as_announced(chain: str, verdict: str, found: list[Finding]) -> bool:
    if chain == HEALTHY:
        return verdict == "passed" and not found
    return verdict == "failed" and [_is_the_swap(one) for one in found] == [True]


def _is_the_swap(one: Finding) -> bool:
    fields = {
        name
        for difference in one.differences
        if difference.kind is Kind.SWAPPED
        for name in difference.fields
    }
    return one.hop == HANDOFF and fields == SWAPPED


def table(found: list[Verdict]) -> str:
    """Answer the verdicts as lines for a terminal."""
    width = max(len("Chain"), *(len(one.title) for one in found))
    lines = [f"{'Chain':{width}}  Verdict       As announced  Findings"]
    for one in found:
        told = "yes" if one.announced else "NO"
        first, *more = one.sentences or ("none",)
        lines.append(f"{one.title:{width}}  {one.verdict:12}  {told:12}  {first}")
        lines += [f"{'':{width}}  {'':12}  {'':12}  {sentence}" for sentence in more]
    return "\n".join(lines)
