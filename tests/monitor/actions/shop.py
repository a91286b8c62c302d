"""A small real shop on loopback for the actions' tests: a contact page and a table with an API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

TOKEN = "planted-token"
PAGE = """<!doctype html><title>Contact</title><form id="contact" method="post" action="/contact">
<input name="first_name"><input name="last_name"><input name="email"><input name="phone">
<textarea name="message"></textarea><button>Send</button></form>"""


@dataclass
class Shop:
    """What the shop was asked, and whose token it takes."""

    base: str = ""
    token: str = TOKEN
    calls: list[str] = field(default_factory=list)


@contextmanager
def shop() -> Iterator[Shop]:
    """Run the shop while the block runs."""
    mine = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mine.calls.append(self.path)
            if self.path == "/contact":
                self._answer(200, "text/html", PAGE)
            elif self.headers.get("Authorization") == f"Bearer {mine.token}":
                self._answer(200, "application/json", '{"name": "Bella\'s Bakery"}')
            else:
                self._answer(401, "application/json", '{"message": "who are you?"}')

        def _answer(self, status: int, kind: str, body: str) -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    mine.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield mine
    finally:
        server.shutdown()
        server.server_close()


def described(base: str) -> str:
    """Answer a file that describes the shop."""
    return f"""
workspace:
  name: Bella's Bakery
  timezone: Europe/Berlin
  owner: bella@shop.example
connections:
  website:
    connector: html_form
    settings:
      page: {base}/contact
      success_text: Thank you
  table:
    connector: rest
    title: Customer table
    may_remove: true
    settings:
      base_url: {base}
      token: {{env: TABLE_TOKEN}}
      check_path: /api/me
      account: $.name
      submit_path: /api/records
      list_path: /api/records?since={{since}}
      remove_path: /api/records/{{id}}
      fields:
        place: $.address.city
chains:
  quotes:
    title: Quote requests
    address: leads@shop.example
    schedule: every 4h
    pins:
      topic: booking
    hops:
      form:
        connection: website
        fields:
          first_name: first_name
          last_name: last_name
          email: email
          phone: {{from: phone, as: phone, region: DE}}
      table:
        connection: table
        after: form
        deadline: 90s
        lag: 2s
        linger: 5m
        carrier: {{kind: polling, name: "Zap: new entry → row", url: "https://zapier.com/app/1"}}
channels:
  owner:
    kind: email
    to: bella@shop.example
  team:
    kind: slack
    webhook: {{env: SLACK_WEBHOOK}}
"""


def environment() -> dict[str, str]:
    """Answer the environment that the file refers to."""
    return {
        "TABLE_TOKEN": TOKEN,
        "SLACK_WEBHOOK": "https://hooks.slack.com/services/T0/B0/planted-webhook",
    }
