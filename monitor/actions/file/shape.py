"""The shape of the file: which keys there are, what each takes, and the JSON Schema of it."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from monitor.rules.lead import Persona

SLUG = r"^[a-z0-9][a-z0-9_-]{0,59}$"
DURATION = r"^(\d+(\.\d+)?(s|m|h|d))+$|^0$"
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhd])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
EVERY = "every 4h"
MANUAL = "manual"
POLLING, INSTANT = 1200.0, 180.0
DEADLINES = {"polling": POLLING, "instant": INSTANT}


def seconds(value: object) -> float:
    """Answer a duration such as 20m, 45s or 1h30m in seconds."""
    text = str(value).strip().lower()
    if text == "0":
        return 0.0
    if not re.fullmatch(DURATION, text, re.ASCII):
        raise PydanticCustomError(
            "duration", "write a number with its unit, such as 20m, 45s or 2h"
        )
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))


def duration(value: float) -> str:
    """Answer seconds as the file writes them: the shortest form that is exact."""
    if value == 0:
        return "0"
    for unit in ("d", "h", "m"):
        if value % _SECONDS[unit] == 0:
            return f"{value / _SECONDS[unit]:.0f}{unit}"
    return f"{value:g}s"


Duration = Annotated[
    float,
    BeforeValidator(seconds),
    WithJsonSchema(
        {"type": ["string", "integer"], "pattern": DURATION, "examples": ["20m", "45s"]}
    ),
]
Text = Annotated[str, Field(max_length=120)]
Slug = Annotated[str, Field(pattern=SLUG)]


class Entry(BaseModel):
    """Any entry: a key it does not have is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reference(Entry):
    """The name of an environment variable that holds the value."""

    env: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")


class WorkspaceEntry(Entry):
    """The business itself. What is left out stays as it is."""

    name: Text | None = None
    timezone: str | None = Field(default=None, description="such as Europe/Berlin")
    owner: str | None = Field(default=None, description="email of who is told if channels fail")


class ConnectionEntry(Entry):
    """One account of a tool."""

    connector: str = Field(description="the tool, such as hubspot")
    title: Text = ""
    settings: dict[str, Any] = Field(
        default_factory=dict, description="what the tool asks for; secrets as {env: NAME}"
    )
    base: str = Field(default="", max_length=300, description="another address of the tool's API")
    may_remove: bool = Field(default=False, description="consent to remove our own test records")
    saved_unproved: bool = Field(default=False, description="save without asking the tool first")
    parallel: int = Field(1, ge=1, le=100)
    lags: dict[str, Duration] = Field(default_factory=dict, description="by kind of record")
    paused: bool | None = None


class CarrierEntry(Entry):
    """What performs the handoff into a hop."""

    kind: Literal["polling", "instant"] = "polling"
    name: Annotated[str, Field(max_length=160)] = ""
    url: Annotated[str, Field(max_length=400)] = ""


class HopEntry(Entry):
    """One place on a chain."""

    connection: str
    resource: str = Field(
        default="", description="the kind of record; may be left out where there is one"
    )
    title: Text = ""
    after: str = Field(default="", description="the hop before; left out at the entry")
    fields: dict[str, Any] = Field(
        default_factory=dict, description="the tool's key: lead field, or {from, as, …}"
    )
    deadline: Duration | None = Field(default=None, description="left out: 20m polling, 3m instant")
    lag: Duration | None = Field(default=None, description="left out: the tool's own")
    linger: Duration = 600.0
    carrier: CarrierEntry | None = None


class ChainEntry(Entry):
    """The drawn path of a lead."""

    title: Text = ""
    address: str = Field(
        max_length=200, description="your own: leads@shop.example or *@shop.example"
    )
    schedule: str = Field(
        EVERY, max_length=120, description="every 4h, a cron line, @daily, or manual"
    )
    personas: list[Persona] = Field(default_factory=list)
    pins: dict[str, str] = Field(default_factory=dict)
    extras: dict[str, Any] = Field(default_factory=dict)
    daily_budget: int = Field(6, ge=0, le=1_000_000)
    reserve: int = Field(6, ge=0, le=1_000_000)
    keep_failed: Duration = 86400.0
    paused: bool | None = None
    hops: dict[Slug, HopEntry] = Field(default_factory=dict)


class ChannelEntry(Entry):
    """Where news goes."""

    kind: Literal["email", "slack"]
    title: Text = ""
    to: Any = Field(default=None, description="email: one or more addresses, or {env: NAME}")
    webhook: Any = Field(default=None, description="Slack: {env: NAME}")
    paused: bool | None = None


class File(Entry):
    """A workspace as a file. What it does not name is left alone."""

    workspace: WorkspaceEntry = WorkspaceEntry()
    connections: dict[Slug, ConnectionEntry] = Field(default_factory=dict)
    chains: dict[Slug, ChainEntry] = Field(default_factory=dict)
    channels: dict[Slug, ChannelEntry] = Field(default_factory=dict)


def schema() -> dict[str, Any]:
    """Answer the JSON Schema of the file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **File.model_json_schema()}
