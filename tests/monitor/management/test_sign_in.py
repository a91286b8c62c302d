"""`manage.py sign_in` prints a link that works once."""

import io

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from monitor.actions.sign_in import use_link

pytestmark = pytest.mark.django_db


def _printed(*words: str) -> str:
    out, told = io.StringIO(), io.StringIO()
    call_command("sign_in", *words, stdout=out, stderr=told)
    assert "once" in told.getvalue()
    return out.getvalue().strip()


def test_the_owner_gets_a_link_even_on_the_first_start() -> None:
    link = _printed()

    assert link.startswith(settings.PUBLIC_URL)
    user = use_link(link.rstrip("/").rsplit("/", 1)[1], timezone.now())
    assert user is not None
    assert user.username == "owner"


def test_another_person_can_be_named() -> None:
    ann = User.objects.create_user("ann")

    link = _printed("--user", "ann")

    assert use_link(link.rstrip("/").rsplit("/", 1)[1], timezone.now()) == ann


def test_nobody_of_that_name_is_told() -> None:
    with pytest.raises(CommandError, match="nobody called “eve”") as caught:
        _printed("--user", "eve")

    assert caught.value.returncode == 2
