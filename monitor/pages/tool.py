"""What a tool calls its things, as its connector declares it."""

from connectors.catalog import connector
from connectors.kit.base import Connector


def known(slug: str) -> type[Connector] | None:
    """Answer the connector, or None for one that this version no longer has."""
    try:
        return connector(slug)
    except KeyError:
        return None


def tool_name(slug: str) -> str:
    """Answer the tool's name; its slug where we no longer know it."""
    found = known(slug)
    return found.name if found else slug


def noun(slug: str, resource: str, count: int) -> str:
    """Answer what `count` records of a resource are called: "contact", "contacts"."""
    found = known(slug)
    try:
        named = found.resource_named(resource) if found else None
    except KeyError:
        named = None
    if named is None:
        return resource.replace("_", " ")
    return named.name if count == 1 else named.plural
