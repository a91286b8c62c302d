"""The compose file is valid, gives no secret a default, and its very commands run the product."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import check_jsonschema
import jsonschema
import pytest
import requests
from cryptography.fernet import Fernet
from ruamel.yaml import YAML

from monitor.management import valkey
from tests.postgres import drop_database, fresh_database

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"
VARIABLE = re.compile(r"\$\{([A-Z_]+)(:[-?][^}]*)?\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, read."""
    told: dict[str, Any] = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text())
    return told


def test_the_compose_file_follows_the_published_schema(compose: dict[str, Any]) -> None:
    schema = json.loads((SCHEMAS / "compose-spec.json").read_text())
    jsonschema.validate(json.loads(json.dumps(compose)), schema)


def test_the_schema_catches_a_slip(compose: dict[str, Any]) -> None:
    slipped = json.loads(json.dumps(compose))
    slipped["services"]["web"]["port"] = slipped["services"]["web"].pop("ports")
    schema = json.loads((SCHEMAS / "compose-spec.json").read_text())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(slipped, schema)


def test_what_is_needed_has_no_default_and_stands_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    example = (ROOT / ".env.example").read_text()
    optional = {"ALLOWED_NETWORKS", "DEAD_MAN_URL", "LOG_LEVEL"}
    for name, otherwise in VARIABLE.findall(text):
        assert otherwise.startswith(":-" if name in optional else ":?"), name
        assert name == "LOG_LEVEL" or f"\n{name}=" in example, name


def test_every_service_has_a_health_check_and_none_of_ours_runs_as_root(
    compose: dict[str, Any],
) -> None:
    assert {"web", "worker", "beat", "postgres", "redis"} < compose["services"].keys()
    for name, service in compose["services"].items():
        assert "healthcheck" in service, name
    assert re.search(r"^USER 10001$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@contextmanager
def running(line: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    """Keep a command running for as long as a `with` lasts; SIGTERM is to end it."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            line, cwd=ROOT, env=environment, stdout=file, stderr=file, start_new_session=True
        )
        try:
            yield
            assert process.poll() is None, log.read_text()
            process.terminate()
            assert process.wait(30) in (0, -signal.SIGTERM), log.read_text()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def redis_server(place: Path) -> Iterator[str]:
    """A Redis-protocol server on a port, behind a password, as in production."""
    port = free_port()
    line = [str(valkey.binary()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    line += ["--requirepass", "s3cret", "--dir", str(place)]
    with running(line, dict(os.environ), place / "redis.log"):
        yield f"redis://:s3cret@127.0.0.1:{port}/0"


def filled(value: Any, given: dict[str, str]) -> str:
    """Answer a value of the file as compose would fill it in."""
    return VARIABLE.sub(lambda found: given.get(found[1], ""), str(value))


def words(service: dict[str, Any], port: int) -> list[str]:
    """Answer a service's command, on a port of ours and in this environment."""
    said = [str(word).replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in service["command"]]
    return [str(Path(sys.executable).with_name(said[0])), *said[1:]]


def probe(service: dict[str, Any], port: int, environment: dict[str, str]) -> int:
    """Answer how a service's own health check ends."""
    kind, *line = service["healthcheck"]["test"]
    assert kind == "CMD"
    line = [str(word).replace(":8000/", f":{port}/") for word in line]
    line[0] = str(Path(sys.executable).with_name(line[0]))
    return subprocess.run(line, cwd=ROOT, env=environment, timeout=60).returncode


@pytest.mark.timeout(240)
def test_the_services_own_commands_run_on_postgresql_and_redis(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    services = compose["services"]
    database = fresh_database()
    port = free_port()
    given = {
        "SECRET_KEY": "fifty characters that sign nothing but this one test",
        "SECRETS_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "https://handoff.example",
        "EMAIL_URL": "dummymail://",
        "MAIL_FROM": "Handoff <handoff@handoff.test>",
        "LOG_LEVEL": "INFO",
    }
    with ExitStack() as stack:
        stack.callback(drop_database, database)
        broker = stack.enter_context(redis_server(tmp_path))
        environment = {
            name: filled(value, given) for name, value in services["web"]["environment"].items()
        }
        environment |= {"DATABASE_URL": database, "REDIS_URL": broker}
        environment |= {"PATH": os.environ["PATH"], "HANDOFF_VAR": "/nonexistent/read-only"}
        subprocess.run(words(services["migrate"], port), cwd=ROOT, env=environment, check=True)
        assert probe(services["worker"], port, environment) == 1
        for name in ("web", "worker", "beat"):
            line = words(services[name], port)
            # The command itself may lie in /tmp too, where this checkout does.
            line[1:] = [word.replace("/tmp/", f"{tmp_path}/") for word in line[1:]]
            stack.enter_context(running(line, environment, tmp_path / f"{name}.log"))
        wait_until_ready(port)
        for name in ("web", "worker", "beat"):
            assert probe(services[name], port, environment) == 0, name
        secure = {"X-Forwarded-Proto": "https", "Host": "handoff.example"}
        page = requests.get(f"http://127.0.0.1:{port}/sign-in/", headers=secure, timeout=20)
        assert page.status_code == 200
        assert "Sign in" in page.text
        sheets = re.findall(r'href="(/static/[^"]+\.css)"', page.text)
        assert sheets
        for sheet in sheets:
            found = requests.get(f"http://127.0.0.1:{port}{sheet}", headers=secure, timeout=20)
            assert found.headers["Content-Type"].startswith("text/css")


def wait_until_ready(port: int) -> None:
    """Return once the web answers that a tick came through the broker."""
    until = time.monotonic() + 60
    said = ""
    while time.monotonic() < until:
        try:
            answer = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=20)
        except requests.RequestException:
            time.sleep(0.2)
            continue
        if answer.status_code == 200:
            return
        said = answer.text
        time.sleep(0.3)
    raise AssertionError(f"It never got ready: {said}")
