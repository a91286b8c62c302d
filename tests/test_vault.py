"""What is sealed stays sealed, and no debug page shows an address with a password in it."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.views.debug import get_default_exception_reporter_filter
from pytest_django import Settings

from monitor import vault

SECRET = {"api_token": "tok-5f2a77"}


def test_what_was_sealed_is_opened_again() -> None:
    assert vault.open_sealed(vault.seal(SECRET)) == SECRET


def test_sealed_text_shows_nothing_of_the_secret() -> None:
    sealed = vault.seal(SECRET)
    assert "tok-5f2a77" not in sealed
    assert "api_token" not in sealed


def test_nothing_sealed_opens_to_nothing() -> None:
    assert vault.open_sealed("") == {}


def test_a_newer_key_in_front_still_opens_what_the_older_one_sealed(
    settings: Settings,
) -> None:
    sealed = vault.seal(SECRET)
    older = settings.SECRETS_KEYS
    newer = Fernet.generate_key().decode()
    settings.SECRETS_KEYS = [newer, *older]
    again = vault.reseal(sealed)
    settings.SECRETS_KEYS = [newer]
    assert vault.open_sealed(again) == SECRET


def test_a_foreign_key_is_said_without_the_secret(settings: Settings) -> None:
    sealed = vault.seal(SECRET)
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(vault.CannotOpen, match="put the earlier key back") as caught:
        vault.open_sealed(sealed)
    assert "tok-5f2a77" not in str(caught.value)


def test_something_that_is_no_key_is_named(settings: Settings) -> None:
    settings.SECRETS_KEYS = ["not a key"]
    with pytest.raises(ImproperlyConfigured, match="SECRETS_KEYS"):
        vault.seal(SECRET)


def test_debug_pages_hide_every_setting_that_may_hold_a_password(
    settings: Settings,
) -> None:
    settings.REDIS_URL = "redis://:hunter2@broker.example/0"
    settings.CELERY_BROKER_URL = "redis://:hunter2@broker.example/0"
    settings.EMAIL_HOST_PASSWORD = "hunter2"
    settings.SECRETS_KEYS = ["hunter2"]
    shown = get_default_exception_reporter_filter().get_safe_settings()
    assert "hunter2" not in str(shown)
    assert shown["LANGUAGE_CODE"] == "en"
