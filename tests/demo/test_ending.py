"""How the demo ends, begins again, and answers scripts."""

import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.demo.running import ROOT, Demo, command, is_open, ports_of

pytestmark = pytest.mark.timeout(200)


def test_ctrl_c_leaves_no_process_and_no_port(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        everything = demo.everything()
        ports = ports_of(everything)
        assert len(everything) >= 6
        assert len(ports) >= 8
        said = demo.interrupt()
    assert demo.process.returncode == 0
    assert "nothing is left running" in said
    assert not [process for process in everything if process.is_running()]
    assert not [port for port in ports if is_open(port)]


def test_ctrl_c_while_it_starts_leaves_nothing_either(tmp_path: Path) -> None:
    line, environment = command(tmp_path)
    for seconds in (0.4, 1.5, 2.5):
        process = subprocess.Popen(
            line, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        time.sleep(seconds)
        everything = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        assert b"Traceback" not in said
        _, alive = psutil.wait_procs(everything, timeout=5)
        assert not alive


def test_killing_the_demo_leaves_no_process_either(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        everything = demo.everything()
        demo.process.kill()
        demo.process.wait()
        _, alive = psutil.wait_procs(everything, timeout=10)
    assert not alive


def test_a_second_start_is_clean_while_one_beside_it_is_refused(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        (tmp_path / "of the first").touch()
        line, environment = command(tmp_path)
        beside = subprocess.run(
            line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
        )
        assert beside.returncode == 1
        assert "already running" in beside.stderr
        assert (tmp_path / "of the first").exists()
        demo.interrupt()
    with Demo(tmp_path) as again:
        assert not (tmp_path / "of the first").exists()
        assert again.link != demo.link


def test_a_taken_port_is_gone_round(tmp_path: Path) -> None:
    with Demo(tmp_path / "one") as one, Demo(tmp_path / "two") as two:
        assert one.address != two.address


def test_once_prints_the_verdicts_as_announced_and_leaves_nothing(tmp_path: Path) -> None:
    line, environment = command(tmp_path, "--once")
    began = time.monotonic()
    done = subprocess.run(
        line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=150
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {row.split("  ")[0]: row for row in done.stdout.splitlines()}
    assert "passed" in rows["Bookings"]
    assert "failed" in rows["Quote requests"]
    assert "changed places" in rows["Quote requests"]
    assert time.monotonic() - began < 120
