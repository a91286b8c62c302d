"""What each connector declares of its vendor's OAuth2, at work on the authority its twin mounts."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connectors.catalog import build, connector
from connectors.kit.grant import Grant
from connectors.kit.ports import Ports
from connectors.kit.tokens import Authority, Client, GrantEnded, Tokens
from tests.connectors.twin import NETWORKS, Json, Twin
from tests.connectors.twins import TWINS
from tests.sandbox_process import Control, SandboxProcess

BACK = "http://127.0.0.1:1/connect/callback/"
VERIFIER = "v" * 64


def grant_of(twin: Twin) -> Grant | None:
    return connector(twin.slug).grant


ASKING = {twin.slug: twin for twin in TWINS if (one := grant_of(twin)) and one.authorize_url}
OWN = {twin.slug: twin for twin in TWINS if (one := grant_of(twin)) and not one.authorize_url}


class Vendor:
    """A vendor's authority as Handoff asks it, and the account behind it."""

    def __init__(self, twin: Twin, state: Json) -> None:
        self.twin, self.state = twin, state
        told = state["tools"][twin.tool]
        grant, secrets = grant_of(twin), told["credentials"]
        assert grant is not None
        self.grant = grant.at(told["url"])
        client = Client(id=secrets["client_id"], secret=secrets["client_secret"])
        ports = Ports(networks=NETWORKS)
        self.authority = Authority(twin.slug, self.grant, client, ports)

    def agreed(self, control: Control) -> tuple[Tokens, dict[str, str]]:
        """Say yes on the vendor's page; answer the tokens and what came back beside the code."""
        control.call("POST", f"/tools/{self.twin.tool}/grants", {"redirect_uri": BACK})
        page = self.authority.page(BACK, "state", VERIFIER)
        said = requests.post(page, data={"decision": "allow"}, allow_redirects=False, timeout=10)
        assert said.status_code == 302, said.text
        back = {
            key: one for key, (one,) in parse_qs(urlsplit(said.headers["Location"]).query).items()
        }
        return self.authority.exchanged(back.pop("code"), BACK, VERIFIER), back

    def account(self, tokens: Tokens, **settings: str) -> str:
        """Answer whose account a token opens, with nothing known but what connecting told."""
        made = self.twin.connect(self.state)
        ports = replace(made.site.ports, token=lambda: tokens.access)
        kept = {**made.site.settings, **settings}
        return build(self.twin.slug, replace(made.site, settings=kept, ports=ports)).check().id


@pytest.mark.parametrize("twin", ASKING.values(), ids=ASKING.keys())
def test_an_owner_who_agrees_opens_the_account(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    vendor = Vendor(twin, sandbox.state)
    tokens, back = vendor.agreed(control)
    brought = {key: back[name] for name, key in vendor.grant.returned.items()}
    for key in brought:
        assert key in {ask.key for ask in connector(twin.slug).asks}
    assert vendor.account(tokens, **brought) == twin.connect(sandbox.state).check().id


@pytest.mark.parametrize("twin", ASKING.values(), ids=ASKING.keys())
def test_access_is_refreshed_without_the_owner(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    vendor = Vendor(twin, sandbox.state)
    first, _back = vendor.agreed(control)
    assert first.refresh, "the consent was not asked for so that it lasts"
    second = vendor.authority.refreshed(first.refresh)
    assert second.access != first.access
    assert vendor.account(second) == twin.connect(sandbox.state).check().id
    # A tool whose refresh token changes says so, or the next refresh would use the old one.
    assert vendor.grant.rotates == (second.refresh not in ("", first.refresh))


@pytest.mark.parametrize("twin", ASKING.values(), ids=ASKING.keys())
def test_a_consent_taken_back_needs_the_owner(
    twin: Twin, sandbox: SandboxProcess, control: Control
) -> None:
    vendor = Vendor(twin, sandbox.state)
    tokens, _back = vendor.agreed(control)
    control.call("POST", f"/tools/{twin.tool}/grants", {"revoke": True})
    with pytest.raises(GrantEnded):
        vendor.authority.refreshed(tokens.refresh)


@pytest.mark.parametrize("twin", OWN.values(), ids=OWN.keys())
def test_a_client_of_its_own_opens_the_account(twin: Twin, sandbox: SandboxProcess) -> None:
    vendor = Vendor(twin, sandbox.state)
    assert vendor.account(vendor.authority.own()) == twin.connect(sandbox.state).check().id


def test_every_connector_with_a_grant_asks_for_the_owners_client() -> None:
    for twin in (*ASKING.values(), *OWN.values()):
        asks = {ask.key: ask for ask in connector(twin.slug).asks}
        assert not asks["client_id"].is_secret
        assert asks["client_secret"].is_secret
