"""A column whose contents are encrypted at rest and absent from every repr."""

from typing import TYPE_CHECKING, Any

from django.db import models

from monitor.vault import open_sealed, seal


class Sealed(dict[str, str]):
    """Opened secrets; printing them shows which there are, never what they say."""

    def __repr__(self) -> str:
        return f"<sealed: {', '.join(sorted(self))}>"

    __str__ = __repr__


if TYPE_CHECKING:
    Text = models.TextField[dict[str, str], Sealed]
else:
    Text = models.TextField


class SealedField(Text):
    """Stores a dict of texts sealed by the vault. It cannot be searched by."""

    def get_prep_value(self, value: Any) -> Any:
        return seal(dict(value)) if value else ""

    def from_db_value(self, value: str, *_: object) -> Sealed:
        return Sealed(open_sealed(value))

    def to_python(self, value: Any) -> Any:
        return Sealed(value) if isinstance(value, dict) else Sealed()

    def get_lookup(self, lookup_name: str) -> Any:
        raise TypeError(f"A sealed column cannot be searched ({lookup_name}).")
