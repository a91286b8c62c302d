"""Freezes a chain as it is drawn, and keeps frozen ones at hand for the runs that ran on them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from connectors import catalog
from connectors.kit.base import Ability, Resource
from monitor.engine import bulk
from monitor.models import Chain, ChainVersion, Hop
from monitor.rules.fields import FieldRule
from monitor.rules.plan import HopPlan, LookPace, Plan

VERSIONS = 10_000
"""Versions that a process keeps at hand at most."""


class Frozen:
    """A version of a chain, parsed once: its plan and the field rules of each hop."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.plan = Plan.parse(document)
        self.hops = {hop.slug: hop for hop in self.plan.hops}
        self.rules = {
            hop.slug: {key: FieldRule.parse(spec) for key, spec in hop.fields.items()}
            for hop in self.plan.hops
        }
        self.keys = {slug: tuple(rules) for slug, rules in self.rules.items()}


_known: dict[int, Frozen] = {}


def frozen(version: int) -> Frozen:
    """Answer a chain's version; it never changes, so each process reads it once."""
    known = _known.get(version)
    if known is None:
        document = ChainVersion.objects.values_list("document", flat=True).get(pk=version)
        known = _known[version] = Frozen(document)
    return known


def prepare(versions: Iterable[int]) -> None:
    """Read the versions that this process has not read yet, all at once."""
    missing = set(versions) - _known.keys()
    if len(missing) + len(_known) > VERSIONS:
        _known.clear()
    for version, document in bulk.select(ChainVersion, ("id", "document"), missing):
        _known[version] = Frozen(document)


def forget() -> None:
    """Read every version anew from now on; tests begin with another database."""
    _known.clear()


def freeze(chain: Chain, now: datetime) -> ChainVersion:
    """Answer the version of the chain as it is drawn now, and make it the one new runs take."""
    plan = drawn(chain)
    digest = plan.digest()
    version, _ = ChainVersion.objects.get_or_create(
        chain=chain,
        digest=digest,
        defaults={"document": plan.document(), "created_at": now},
    )
    if chain.version_id != version.pk:
        Chain.objects.filter(pk=chain.pk).update(version=version)
        chain.version = version
    return version


def drawn(chain: Chain) -> Plan:
    """Answer the plan of the chain's hops as they are drawn now."""
    return plan_of(chain, chain.hops.select_related("connection").order_by("position"))


def plan_of(chain: Chain, hops: Iterable[Hop]) -> Plan:
    """Answer the plan these hops make; neither they nor the chain need to be saved."""
    return Plan(
        chain=chain.slug,
        title=chain.title,
        hops=tuple(_hop(hop, chain.pins) for hop in hops),
        looks=LookPace(),
    )


def _hop(hop: Hop, pins: Mapping[str, str]) -> HopPlan:
    tool = catalog.connector(hop.connection.connector)
    resource = tool.resource_named(hop.resource)
    able = partial(tool.able, resource=hop.resource, settings=hop.connection.settings)
    return HopPlan(
        slug=hop.slug,
        title=hop.title or tool.name,
        tool=tool.name,
        kind=tool.kind.value,
        after=hop.after,
        connection=hop.connection.slug,
        connector=hop.connection.connector,
        resource=hop.resource,
        fields=_fields(hop.fields or resource.fields, pins),
        deadline=hop.deadline,
        lag=_lag(hop, resource),
        linger=hop.linger,
        merges=bool(resource.merges_by),
        finds=able(Ability.FINDS),
        submits=able(Ability.SUBMITS),
        removes=able(Ability.REMOVES),
        carrier=hop.carrier,
        carrier_url=hop.carrier_url,
        stable_ids=resource.stable_ids,
    )


def _lag(hop: Hop, resource: Resource) -> float:
    """Answer the nearest word on the lag: the hop's, the connection's, the tool's own."""
    if hop.lag is not None:
        return hop.lag
    return float(hop.connection.lags.get(hop.resource, resource.lag))


def _fields(
    mapping: Mapping[str, Mapping[str, object]], pins: Mapping[str, str]
) -> dict[str, dict[str, object]]:
    """Answer the mapping; values the chain pins are marked, for they prove no swap."""
    return {
        key: {**spec, "pinned": True} if spec.get("from") in pins else dict(spec)
        for key, spec in mapping.items()
    }
