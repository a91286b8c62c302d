"""A sentence that can still be translated: a key with values, rendered by whoever shows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Value = str | int | float


def _(text: str) -> str:
    """Mark `text` for translation and answer it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence in English with `%(name)s` places, and what goes into them.

    Equal keys are the same sentence, so a translation catalogue holds each once. Values are shown
    as they are and never translated; they hold no secret.
    """

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = str) -> str:
        """Answer the sentence in the language of `translate` (`gettext` on pages and in mails)."""
        return translate(self.key) % self.values if self.values else translate(self.key)

    def __str__(self) -> str:
        return self.render()
