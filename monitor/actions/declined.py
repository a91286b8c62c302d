"""What a person asked for is not done, and why."""

from connectors.kit.message import Message


class Declined(Exception):
    """Nothing was changed; `message` says why and what to do instead."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.render())
        self.message = message
