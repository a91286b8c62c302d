"""Reads a value of the environment, or says in one sentence what is wrong with it."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import mkstemp
from typing import Any

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

env = environ.Env()

_FLAGS = {"1": True, "true": True, "yes": True, "on": True}
_FLAGS |= {"0": False, "false": False, "no": False, "off": False, "": False}


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value: str = env.str(name, default="") or default
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to one of {', '.join(choices)}.")
    return value


def flag(name: str) -> bool:
    value: str = env.str(name, default="").lower()
    if value not in _FLAGS:
        raise ImproperlyConfigured(f"{name} is {value!r}; set it to 'true' or 'false'.")
    return _FLAGS[value]


def number(name: str, default: float, least: float, most: float) -> float:
    value: str = env.str(name, default="") or str(default)
    try:
        answer = float(value)
    except ValueError:
        answer = least - 1
    if not least <= answer <= most:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; set it to a number from {least:g} to {most:g}."
        )
    return answer


def needed(name: str, what: str, default: str) -> str:
    """Answer a setting that must have a value; production gives no default."""
    value: str = env.str(name, default="") or default
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. It is {what}. Set it in the environment.")
    return value


def read(name: str, like: str, parse: Callable[[], Any]) -> Any:
    try:
        return parse()
    except Exception:  # noqa: BLE001 - whatever the parser stumbles over, the value is what is wrong
        raise ImproperlyConfigured(f"{name} cannot be read; write it like {like}.") from None


def made_keys(file: Path) -> dict[str, str]:
    """Answer the keys of an embedded installation, made on its first start and kept in `file`."""
    if not file.exists():
        try:
            _write_keys(file)
        except OSError as wrong:
            raise ImproperlyConfigured(
                f"HANDOFF_VAR is {str(file.parent)!r}; no keys can be written there: "
                f"{wrong.strerror}."
            ) from None
    lines = file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _write_keys(file: Path) -> None:
    made = {"SECRET_KEY": get_random_secret_key(), "SECRETS_KEYS": Fernet.generate_key().decode()}
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # mkstemp writes for the owner alone; the link is whole or absent, whoever else starts with us.
    handle, draft = mkstemp(dir=file.parent)
    with os.fdopen(handle, "w") as writer:
        writer.writelines(f"{name}={value}\n" for name, value in made.items())
    try:
        os.link(draft, file)
        os.write(2, f"Handoff made its keys in {file}. Keep a copy of that file.\n".encode())
    except FileExistsError:
        return
    finally:
        Path(draft).unlink()
