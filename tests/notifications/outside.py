"""A mail server and a text gateway that do as they are told, badly too."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks enough SMTP. ``mood``: well, refuses (the recipient), busy, rubbish, hangs, hangs_up."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailTalk)
        self.mood = "well"
        self.calls = 0
        self.mails: list[EmailMessage] = []
        self.awake = threading.Event()


class MailTalk(socketserver.StreamRequestHandler):
    server: MailServer

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.server.calls += 1
        if self.server.mood == "hangs":
            self.server.awake.wait(20)
        elif self.server.mood != "hangs_up":
            self.talk()

    def talk(self) -> None:
        self.say("<html>welcome</html>" if self.server.mood == "rubbish" else "220 here")
        verb = b""
        while verb != b"QUIT" and (line := self.rfile.readline()):
            verb = line[:4].upper()
            self.answer(verb)

    def answer(self, verb: bytes) -> None:
        if verb == b"RCPT" and self.server.mood == "refuses":
            self.say("550 nobody of that name")
        elif verb == b"MAIL" and self.server.mood == "busy":
            self.say("451 later")
        elif verb == b"DATA":
            self.say("354 go on")
            lines = iter(self.rfile.readline, b".\r\n")
            self.server.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
            self.say("250 taken")
        else:
            self.say("250 fine")


class Gateway(ThreadingHTTPServer):
    """Takes texts. ``answer`` is the code and body it gives; None: none at all."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), GatewayTalk)
        self.answer: tuple[int, bytes] | None = (202, b'{"id": "1"}')
        self.texts: list[dict[str, Any]] = []
        self.tokens: list[str | None] = []
        self.awake = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/texts"


class GatewayTalk(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.answer is None:
            self.server.awake.wait(20)
            return
        code, said = self.server.answer
        if 200 <= code < 300:
            self.server.texts.append(json.loads(body))
        self.server.tokens.append(self.headers["Authorization"])
        self.send_response(code)
        if 300 <= code < 400:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def running(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.awake.set()
        server.shutdown()
        server.server_close()
        thread.join()
