"""Seals secrets for storage and opens them again; the keys come from the settings alone."""

import json
import re
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.views.debug import SafeExceptionReporterFilter


class CannotOpen(Exception):
    """A sealed value fits none of the keys: SECRETS_KEYS was lost or replaced."""


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as wrong:
        raise ImproperlyConfigured(
            "SECRETS_KEYS holds something that is not a key: each is 32 bytes in URL-safe base64."
        ) from wrong


def seal(values: dict[str, str]) -> str:
    """Answer `values` encrypted under the newest key, as text that can be stored."""
    clear = json.dumps(values, sort_keys=True).encode()
    return _box(tuple(settings.SECRETS_KEYS)).encrypt(clear).decode()


def open_sealed(sealed: str) -> dict[str, str]:
    """Answer what `seal` was given; {} for an empty text. Raises CannotOpen for a foreign one."""
    if not sealed:
        return {}
    try:
        clear = _box(tuple(settings.SECRETS_KEYS)).decrypt(sealed.encode())
    except InvalidToken:
        raise CannotOpen(
            "A stored secret cannot be opened with the present SECRETS_KEYS; "
            "put the earlier key back, behind the newer one."
        ) from None
    values: dict[str, str] = json.loads(clear)
    return values


def reseal(sealed: str) -> str:
    """Answer the same values under the newest key, for rotating keys."""
    return seal(open_sealed(sealed))


class HiddenSettings(SafeExceptionReporterFilter):
    """Keeps addresses with a password in them off debug pages too, beside keys and tokens."""

    hidden_settings = re.compile(
        SafeExceptionReporterFilter.hidden_settings.pattern + "|URL|DATABASES|DEMO", re.IGNORECASE
    )
