"""What an OAuth2 authority remembers: codes, consents and the tokens that came of them."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.storage import Account


class Renewal(StrEnum):
    """What becomes of a refresh token that was used."""

    SINGLE_USE = "the answer brings the next; the old one again ends the whole consent"
    RENEWED = "the answer brings the next; the old one goes on working"
    KEPT = "it stays as it is and the answer brings none"


@dataclass(slots=True, kw_only=True)
class Consent:
    """What one account allowed a client once; it ends as a whole."""

    account: str
    scope: str
    keeps: bool
    ended: bool = False
    refresh: str = ""


@dataclass(slots=True, kw_only=True)
class Code:
    """What the way back carries: good for one exchange, soon, by the client that asked."""

    consent: Consent
    redirect_uri: str
    challenge: str
    method: str
    ends: float
    used: bool = False

    def fits(self, verifier: str) -> bool:
        """Answer whether a verifier is the one this code was asked for with (RFC 7636)."""
        if not self.challenge:
            return True
        if self.method == "plain":
            return secrets.compare_digest(verifier, self.challenge)
        digest = hashlib.sha256(verifier.encode()).digest()
        return secrets.compare_digest(
            base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), self.challenge
        )


@dataclass(slots=True)
class Access:
    """A token and how long it opens its account."""

    consent: Consent
    ends: float


@dataclass(slots=True)
class Grants:
    """All codes, consents and tokens of one authority."""

    renewal: Renewal
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Access] = field(default_factory=dict)
    refreshes: dict[str, Consent] = field(default_factory=dict)

    def code(self, consent: Consent, asked: Mapping[str, str], ends: float) -> str:
        """Answer a new code for a consent just given."""
        code = f"code_{secrets.token_urlsafe(18)}"
        self.codes[code] = Code(
            consent=consent,
            redirect_uri=asked["redirect_uri"],
            challenge=asked.get("code_challenge", ""),
            method=asked.get("code_challenge_method", "plain"),
            ends=ends,
        )
        return code

    def access(self, consent: Consent, ends: float) -> str:
        """Answer a new access token."""
        token = f"at_{secrets.token_urlsafe(24)}"
        self.tokens[token] = Access(consent, ends)
        return token

    def refresh(self, consent: Consent) -> str:
        """Answer the refresh token that goes with an answer, empty where none does."""
        if not consent.keeps or (consent.refresh and self.renewal is Renewal.KEPT):
            return ""
        consent.refresh = f"rt_{secrets.token_urlsafe(24)}"
        self.refreshes[consent.refresh] = consent
        return consent.refresh

    def used_again(self, token: str) -> bool:
        """Answer whether a refresh token was used before where each is good once."""
        return self.renewal is Renewal.SINGLE_USE and self.refreshes[token].refresh != token

    def opens(self, token: str, now: float) -> str:
        """Answer the account that an access token opens now, empty if none."""
        held = self.tokens.get(token)
        if held is None or held.consent.ended or now >= held.ends:
            return ""
        return held.consent.account

    def of(self, account: Account) -> list[Access]:
        """Answer the access tokens given for an account."""
        return [one for one in self.tokens.values() if one.consent.account == account.name]

    def end(self, account: Account) -> None:
        """End every consent of an account: access and refresh tokens die with it."""
        for consent in {id(one): one for one in self.refreshes.values()}.values():
            consent.ended = consent.ended or consent.account == account.name
        for access in self.of(account):
            access.consent.ended = True
