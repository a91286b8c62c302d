"""The glue between the tools: a record here makes a record there, if all goes well."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from sandbox import damage
from sandbox.errand import Busy, Errand, NotTaken
from sandbox.faults import Fault, FaultBoard
from sandbox.mail.letter import read as read_letter
from sandbox.mail.posting import NotSent
from sandbox.mapping import Fields, Values, complete, read, write
from sandbox.station import Deliver, Station
from sandbox.world import Event, World

ATTEMPTS = 5


@dataclass(slots=True, kw_only=True)
class End:
    """One end of an automation: a kind of record in one account of a tool."""

    station: Station
    account: str
    fields: Fields


@dataclass(slots=True, kw_only=True)
class Automation:
    """When a record comes into `source`, write one into `target`."""

    name: str
    chain: str
    source: End
    target: End
    delay: tuple[float, float]
    interval: float = 0.0
    dice: random.Random = field(default_factory=random.Random)
    leads: deque[Values] = field(default_factory=lambda: deque(maxlen=20))

    def record(self, values: Values, ids: Mapping[str, str]) -> Values:
        """Answer what is written into the target."""
        record = write(values, self.target.fields)
        for resource, keys in self.target.station.known_by.items():
            if resource in ids:
                record = {key: held for key, held in record.items() if key not in keys}
        return record

    def wait(self, now: float) -> float:
        """Answer how long a delivery takes; a polling one also waits for its next round."""
        pause = self.dice.uniform(*self.delay)
        return pause + (self.interval - now % self.interval if self.interval else 0.0)


@dataclass(slots=True, kw_only=True)
class Plan:
    """What will be delivered: which values, when, and whether as junk."""

    values: Values
    times: list[float]
    ids: Mapping[str, str] = field(default_factory=dict)
    junk: bool = False
    intact: bool = True


class Automations:
    """All automations of the business, and what they are carrying at the moment."""

    def __init__(
        self, world: World, reach: Callable[[str, str], tuple[str, dict[str, str]]]
    ) -> None:
        self.world = world
        self.delivered: deque[dict[str, Any]] = deque(maxlen=2000)
        self._reach = reach
        self._by_source: dict[tuple[str, str, str], list[Automation]] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.TimerHandle] = set()
        self._http: aiohttp.ClientSession | None = None

    def add(self, automation: Automation) -> None:
        """Switch an automation on."""
        source = automation.source
        place = (source.station.tool, source.account, source.station.resource)
        self._by_source.setdefault(place, []).append(automation)

    def remove(self, chain: str) -> None:
        """Switch off every automation of a chain."""
        for place, there in list(self._by_source.items()):
            there[:] = [automation for automation in there if automation.chain != chain]
            if not there:
                del self._by_source[place]

    def named(self, name: str) -> bool:
        """Answer whether there is an automation of this name."""
        return any(one.name == name for there in self._by_source.values() for one in there)

    def hear(self, event: Event) -> bool:
        """Set every automation off that waits for this; answer whether there was one."""
        place = (event.tool, event.account, event.resource)
        listening = self._by_source.get(place, [])
        for automation in listening:
            self._set_off(automation, event)
        return bool(listening)

    def forget(self) -> None:
        """Drop whatever is under way."""
        for timer in self._waiting:
            timer.cancel()
        for task in self._under_way:
            task.cancel()
        self._waiting.clear()
        self.delivered.clear()
        for there in self._by_source.values():
            for automation in there:
                automation.leads.clear()

    async def stop(self) -> None:
        """Drop whatever is under way and close the connections."""
        self.forget()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    def _set_off(self, automation: Automation, event: Event) -> None:
        if event.tool == "postmark":
            told = read_letter(str(event.fields.get("TextBody", "")))
            values = complete({"email": event.fields.get("To", ""), **told})
        else:
            values = complete(read(event.fields, automation.source.fields))
        wait = automation.wait(self.world.clock())
        plan = decide(
            automation, Plan(values=values, times=[wait], ids=event.ids), self.world.board
        )
        automation.leads.append(values)
        loop = asyncio.get_running_loop()
        for copy, pause in enumerate(plan.times):
            # A copy is a message of its own, with an id of its own.
            ids = {key: id for key, id in event.ids.items() if not copy or key != "messages"}
            self._later(loop, pause, automation, plan, replace(event, ids=ids))

    def _later(
        self,
        loop: asyncio.AbstractEventLoop,
        pause: float,
        automation: Automation,
        plan: Plan,
        event: Event,
    ) -> None:
        def go() -> None:
            self._waiting.discard(timer)
            task = loop.create_task(self._deliver(automation, plan, event))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

        timer = loop.call_later(pause, go)
        self._waiting.add(timer)

    async def _deliver(self, automation: Automation, plan: Plan, event: Event) -> None:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=50, force_close=False),
                timeout=aiohttp.ClientTimeout(total=30),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        url, secrets = self._reach(automation.target.station.tool, automation.target.account)
        errand = Errand(
            automation=automation.name,
            http=self._http,
            url=url,
            secrets=secrets,
            record=automation.record(plan.values, plan.ids),
            values=plan.values,
            ids=event.ids,
            source=event.fields if plan.intact else {},
            junk=plan.junk,
        )
        outcome = await _attempt(automation.target.station.deliver, errand)
        self.delivered.append(
            {
                "time": self.world.clock(),
                "automation": automation.name,
                "lead": plan.values.get("email", ""),
                "outcome": outcome,
            }
        )


async def _attempt(deliver: Deliver, errand: Errand) -> str:
    """Deliver; only where the tool surely took nothing is it tried again."""
    pause = 0.2
    for _ in range(ATTEMPTS):
        try:
            await deliver(errand)
        except Busy as busy:
            pause = busy.seconds
        except (aiohttp.ClientConnectionError, ConnectionError):
            pause *= 2
        except (NotTaken, NotSent) as refused:
            return f"refused, {refused}"
        except (aiohttp.ClientError, TimeoutError, KeyError) as broken:
            return f"failed, {broken!r}"
        else:
            return "delivered"
        await asyncio.sleep(pause)
    return "given up, the tool was away"


def decide(automation: Automation, plan: Plan, board: FaultBoard) -> Plan:
    """Answer what the faults at this handoff leave of a delivery, and note each that struck."""
    values = plan.values
    faults = board.at(f"handoff:{automation.name}") + board.at("handoff:*")
    if not faults:
        return plan
    text = "\n".join(str(value) for value in values.values())
    lead = str(values.get("email", ""))
    # A lead that is dropped suffers nothing else worth telling.
    for fault in sorted(faults, key=lambda one: one.kind != "drop"):
        if not fault.concerns(automation.chain, text) or not fault.rolls():
            continue
        detail = {"handoff": automation.name, **fault.options}
        if _strike(fault, automation, plan):
            board.note(fault, account=automation.chain, lead=lead, detail=detail)
        if not plan.times:
            break
    return plan


def _strike(fault: Fault, automation: Automation, plan: Plan) -> bool:
    """Let one fault change the plan; answer whether it changed anything the target would see."""
    options = fault.options
    if fault.kind == "drop":
        plan.times = []
    elif fault.kind == "duplicate":
        after = float(options.get("after", 0.3))
        copies = range(1, int(options.get("copies", 1)) + 1)
        plan.times += [plan.times[0] + after * number for number in copies]
    elif fault.kind == "delay":
        plan.times = [when + float(options.get("seconds", 10)) for when in plan.times]
    elif fault.kind == "junk":
        plan.junk = True
    else:
        others = [
            lead for lead in automation.leads if lead.get("email") != plan.values.get("email")
        ]
        after_damage = damage.apply(fault.kind, plan.values, options, others, fault.dice)
        written = automation.record(plan.values, plan.ids)
        if automation.record(after_damage, plan.ids) == written:
            return False
        plan.values = after_damage
        plan.intact = False
    return True
