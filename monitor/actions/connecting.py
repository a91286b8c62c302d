"""Connecting by OAuth2: the owner is sent to the vendor, says yes there, and comes back once."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from connectors import catalog
from connectors.kit.errors import ToolError
from connectors.kit.grant import CLIENT_ID, CLIENT_SECRET, Grant
from connectors.kit.message import Message, _
from connectors.kit.records import Account
from monitor.actions.declined import Declined
from monitor.engine import connection as engine
from monitor.engine import stored, token
from monitor.models import Connection, Consent, Workspace

LIFE = timedelta(minutes=15)
"""How long the owner may take at the vendor."""

NO_PAGE = _("%(tool)s gives no access by a page of its own; there is nothing to connect.")
NO_CLIENT = _("Enter the client id and the client secret that %(tool)s gave you.")
UNKNOWN = _("This answer belongs to no question of Handoff; begin again with “Connect”.")
ELSEWHERE = _(
    "This answer belongs to another session: connect in the browser in which you come back."
)
USED = _("This answer was used already; if “%(connection)s” is not connected, begin again.")
EXPIRED = _("This answer came too late: it is good for 15 minutes. Begin again.")
DENIED = _("You gave no access at %(tool)s, so nothing was changed.")
TROUBLE = _("%(tool)s sent you back with an error (%(said)s), so nothing was changed.")
NO_CODE = _("%(tool)s sent you back without a code, so nothing was changed. Begin again.")
UNWORTHY = _("%(tool)s did not make good its answer, so nothing was changed. %(said)s")
UNPROVED = _("“%(connection)s” has access now, but its check failed. %(said)s")


class NotConnected(Declined):
    """Connecting came to nothing; `connection` is None where we cannot tell which one."""

    def __init__(self, message: Message, connection: Connection | None = None) -> None:
        super().__init__(message)
        self.connection = connection


def is_by_key(connection: Connection) -> bool:
    """Whether no page of the vendor is needed to connect it."""
    return token.consent_of(connection) is None


def begin(connection: Connection, session: str, given: Mapping[str, str], now: datetime) -> str:
    """Answer the vendor's page to send the owner to. `given` is the client, if it was entered.

    Raises Declined where it is still missing.
    """
    grant = token.consent_of(connection)
    if grant is None:
        raise Declined(token.about(connection, NO_PAGE))
    _keep_client(connection, given)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    Consent.objects.filter(expires_at__lt=now - LIFE).delete()
    Consent.objects.create(
        connection=connection,
        digest=_digest(state),
        session=_digest(session),
        secrets={"verifier": verifier},
        created_at=now,
        expires_at=now + LIFE,
    )
    authority = token.authority(connection, grant, engine.ports())
    return authority.page(token.redirect_address(), state, verifier)


def finish(
    workspace: Workspace, session: str, answer: Mapping[str, str], now: datetime
) -> tuple[Connection, Account]:
    """Make the vendor's answer the connection's access, and prove it. Raises NotConnected."""
    consent = _spent(workspace, session, answer.get("state", ""), now)
    connection = consent.connection
    grant = token.consent_of(connection)
    if grant is None:
        raise NotConnected(token.about(connection, NO_PAGE), connection)
    code = _code(connection, answer)
    try:
        authority = token.authority(connection, grant, engine.ports())
        tokens = authority.exchanged(code, token.redirect_address(), consent.secrets["verifier"])
    except ToolError as error:
        raise NotConnected(_told(connection, UNWORTHY, error), connection) from None
    _keep_returned(connection, grant, answer)
    token.keep(connection, grant, tokens, now)
    try:
        return connection, engine.prove(connection, now)
    except ToolError as error:
        raise NotConnected(_told(connection, UNPROVED, error), connection) from None


def _keep_client(connection: Connection, given: Mapping[str, str]) -> None:
    """Keep the client the owner entered; the secret is sealed."""
    for key in (CLIENT_ID, CLIENT_SECRET):
        if entered := given.get(key, "").strip():
            _put(connection, key, entered)
    connection.save(update_fields=("settings", "secrets"))
    held = {**connection.settings, **connection.secrets}
    if not (held.get(CLIENT_ID) and held.get(CLIENT_SECRET)):
        raise Declined(token.about(connection, NO_CLIENT))


def _keep_returned(connection: Connection, grant: Grant, answer: Mapping[str, str]) -> None:
    """Keep what the vendor adds to the way back and the connector needs."""
    for name, key in grant.returned.items():
        if value := answer.get(name, "").strip():
            _put(connection, key, stored.storable(value)[:200])
    connection.save(update_fields=("settings", "secrets"))


def _put(connection: Connection, key: str, value: str) -> None:
    asks = catalog.connector(connection.connector).asks
    if key == CLIENT_SECRET or any(ask.key == key and ask.is_secret for ask in asks):
        connection.secrets[key] = value
    else:
        connection.settings[key] = value


def _spent(workspace: Workspace, session: str, state: str, now: datetime) -> Consent:
    """Spend a state and answer what it began. One UPDATE decides, so it is good only once."""
    ways = Consent.objects.filter(digest=_digest(state), connection__workspace=workspace)
    mine = ways.filter(session=_digest(session), used_at=None, expires_at__gt=now)
    spent = mine.update(used_at=now)
    way = ways.select_related("connection__workspace").first()
    if way is None or way.connection.deleted_at:
        raise NotConnected(Message(UNKNOWN))
    if spent == 1:
        return way
    why = EXPIRED if way.used_at is None else USED
    if way.session != _digest(session):
        why = ELSEWHERE
    raise NotConnected(token.about(way.connection, why), way.connection)


def _code(connection: Connection, answer: Mapping[str, str]) -> str:
    """Answer the code the owner came back with. Raises NotConnected where there is none."""
    if error := answer.get("error", ""):
        text = DENIED if error == "access_denied" else TROUBLE
        said = stored.storable(answer.get("error_description") or error)[:200]
        message = token.about(connection, text)
        raise NotConnected(Message(text, {**message.values, "said": said}), connection)
    if not answer.get("code"):
        raise NotConnected(token.about(connection, NO_CODE), connection)
    return answer["code"]


def _told(connection: Connection, text: str, error: ToolError) -> Message:
    values = token.about(connection, text).values
    return Message(text, {**values, "said": error.message.render()})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
