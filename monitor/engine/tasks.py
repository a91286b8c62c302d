"""The Celery tasks: each takes what its message names, and sends what that led to."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from monitor.celery import app
from monitor.engine import (
    alert,
    confirmation,
    connection,
    heartbeat,
    judge,
    look,
    removal,
    submit,
    wake,
)
from monitor.engine.tick import afterwards, tick

Work = Callable[[Sequence[int], str, datetime], list[wake.Wake]]

WORK: Mapping[str, Work] = {
    "submit": submit.submit,
    "look": look.look,
    "judge": judge.judge,
    "send": alert.send,
    "confirm": confirmation.confirm,
    "remove": removal.remove,
    "prove": connection.check_again,
}


@app.task(name="tick", ignore_result=True)
def on_tick() -> None:
    """Look one interval ahead."""
    now = timezone.now()
    wake.send(tick(now), now)
    afterwards(now)


def _task(name: str, work: Work) -> None:
    @app.task(name=name, ignore_result=True)
    def on_message(ids: Sequence[int], token: str) -> None:
        heartbeat.working(timezone.now())
        wakes = work(ids, token, timezone.now())
        wake.send(wakes, timezone.now())


for _name, _work in WORK.items():
    _task(_name, _work)
