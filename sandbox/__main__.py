"""`python -m sandbox --state-file PATH` starts the business and says where it is."""

import argparse
import asyncio
import ctypes
import gc
import json
import os
import signal
import sys
from pathlib import Path

from sandbox.business import Business
from sandbox.control import Control
from sandbox.listening import HttpListener

PR_SET_PDEATHSIG = 1


def main() -> int:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--state-file", type=Path, required=True, help="where to write the ports")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--base-port", type=int, default=0, help="first port; free ones without")
    parser.add_argument("--fast", action="store_true", help="automations take tenths of a second")
    parser.add_argument("--no-demo", action="store_true", help="without the two chains of the demo")
    options = parser.parse_args()
    _end_with_parent()
    # Records live long and are many: fewer full collections, and none of the imports.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    asyncio.run(_run(options))
    return 0


def _end_with_parent() -> None:
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        # The parent may have gone before the request reached the kernel.
        if os.getppid() != parent:
            sys.exit(1)


async def _run(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    business = Business(options.host, options.base_port, fast=options.fast)
    control = HttpListener(Control(business).app, business.control_port)
    try:
        await business.start(with_demo=not options.no_demo)
        await control.start()
        _write(options.state_file, _state(business, control))
        await stop.wait()
    finally:
        options.state_file.unlink(missing_ok=True)
        await control.stop()
        await business.stop()


def _state(business: Business, control: HttpListener) -> dict[str, object]:
    chains = business.chains.values()
    return {
        "pid": os.getpid(),
        "control": control.url(),
        "fast": business.fast,
        "tools": business.describe_tools(),
        "chains": {chain.name: business.describe_chain(chain) for chain in chains},
    }


def _write(path: Path, state: dict[str, object]) -> None:
    """Write the file whole or not at all, so that a waiting reader never sees half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(state, indent=1))
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
