"""What checking an entry needs beside the entry: the rows there are, the environment, the notes."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from connectors.kit.guard import is_allowed
from connectors.kit.message import Message, _
from monitor.actions.file.mistake import Mistakes, Path
from monitor.actions.file.shape import Reference
from monitor.actions.file.source import Source
from monitor.models import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything a check may look at. `environment` holds what secrets are named by."""

    workspace: Workspace
    source: Source
    mistakes: Mistakes
    environment: Mapping[str, str]

    def referred(self, value: object, path: Path) -> tuple[str, str] | None:
        """Answer (variable, its value) for {env: NAME}; None for anything else, which is noted.

        What was written instead is never repeated: it may be the secret itself.
        """
        name = value.get("env") if isinstance(value, Mapping) and set(value) == {"env"} else None
        if not isinstance(name, str) or not _is_name(name):
            text = _(
                "“%(key)s” is a secret and does not belong in a file; put it into an environment "
                "variable and write {env: NAME_OF_IT}."
            )
            self.mistakes.add(path, Message(text, {"key": path[-1]}))
            return None
        held = self.environment.get(name, "").strip()
        if not held:
            text = _("The environment variable %(name)s is not set; set it and apply again.")
            self.mistakes.add(path, Message(text, {"name": name}))
            return None
        return name, held

    def check_address(self, url: str, path: Path) -> bool:
        """Whether `url` is a web address this installation may call; if not, that is noted."""
        try:
            parts = urlsplit(url)
            host, _port = parts.hostname or "", parts.port
        except ValueError:
            host, parts = "", urlsplit("")
        if parts.scheme not in ("http", "https") or not host:
            text = _("“%(key)s” is no web address; write one that begins with https://.")
            self.mistakes.add(path, Message(text, {"key": path[-1]}))
            return False
        if not _is_callable(host):
            text = _(
                "%(host)s lies in a network that this installation may not call; its "
                "administrator can name that network in ALLOWED_NETWORKS."
            )
            self.mistakes.add(path, Message(text, {"host": host}))
            return False
        return True


def _is_name(name: str) -> bool:
    return name.isidentifier() and name.isascii() and Reference(env=name).env == name


def _is_callable(host: str) -> bool:
    """Whether the address is allowed; a name is only known once it is looked up, on proving."""
    try:
        address = "127.0.0.1" if host == "localhost" else str(ipaddress.ip_address(host))
    except ValueError:
        return True
    return is_allowed(address, settings.ALLOWED_NETWORKS)
