"""One-time links: the only way in without a password, printed where only the owner reads."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser, User

from monitor.models import SignInLink

LIFE = timedelta(minutes=15)


def issue_link(user: AbstractBaseUser, now: datetime, life: timedelta = LIFE) -> str:
    """Answer the token of a link that lets `user` in once, within `life`."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(
        user_id=user.pk, digest=_digest(token), created_at=now, expires_at=now + life
    )
    return token


def use_link(token: str, now: datetime) -> User | None:
    """Answer whom the token lets in, and spend it; None for any other, whatever is wrong with it.

    One UPDATE decides, so a link used by two at once lets in one, and an unknown, a spent and an
    expired token are answered alike.
    """
    digest = _digest(token)
    spent = SignInLink.objects.filter(
        digest=digest, used_at=None, expires_at__gt=now, user__is_active=True
    ).update(used_at=now)
    link = SignInLink.objects.select_related("user").filter(digest=digest).first()
    if spent != 1 or link is None:
        return None
    user: User = link.user
    return user


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
