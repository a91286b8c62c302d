"""REMEMBERS: constraints and named querysets, no decisions."""

from monitor.models.allowance import Allowance
from monitor.models.chain import Chain, ChainVersion, Hop
from monitor.models.channel import Alert, AlertEvent, Channel, ChannelKind
from monitor.models.connection import Connection, ConnectionState
from monitor.models.due import Due
from monitor.models.heartbeat import Heartbeat
from monitor.models.incident import Confirmation, Incident
from monitor.models.residue import Residue, ResidueState
from monitor.models.run import Cause, Run, Stop, Submission
from monitor.models.token import Consent, Token
from monitor.models.workspace import Member, Role, SignInLink, Workspace

__all__ = [
    "Alert",
    "AlertEvent",
    "Allowance",
    "Cause",
    "Chain",
    "ChainVersion",
    "Channel",
    "ChannelKind",
    "Confirmation",
    "Connection",
    "ConnectionState",
    "Consent",
    "Due",
    "Heartbeat",
    "Hop",
    "Incident",
    "Member",
    "Residue",
    "ResidueState",
    "Role",
    "Run",
    "SignInLink",
    "Stop",
    "Submission",
    "Token",
    "Workspace",
]
