"""A lead, and a connector of the catalog at work on a small server of the test's own."""

from connectors.catalog import build
from connectors.kit.base import Connector, Site
from connectors.kit.ports import Ports
from connectors.kit.records import Lead
from tests.connectors.kit.server import LOOPBACK

LEAD = Lead(
    tag="bodigu",
    email="probe+bodigu@shop.test",
    handles=("probe+bodigu@shop.test", "Bodigu"),
    record={"email": "probe+bodigu@shop.test", "name": "Bodigu"},
)


def at(
    slug: str,
    resource: str,
    settings: dict[str, str],
    *,
    base: str = "",
    keys: tuple[str, ...] = (),
    token: str = "",
) -> Connector:
    """Answer the connector, with loopback allowed, and with a token where it uses OAuth2."""
    ports = Ports(networks=LOOPBACK, seconds=5, token=(lambda: token) if token else None)
    return build(
        slug, Site(settings=settings, resource=resource, keys=keys, base=base, ports=ports)
    )
