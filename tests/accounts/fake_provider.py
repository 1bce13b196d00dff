"""A provider of identities on this host, which behaves, or misbehaves in one way at a time."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jws, jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT, SECRET = "e-chauffeur", "a secret of the client"
KEY, NEXT_KEY, STRANGE_KEY = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("first", "next", "first"))
Answer = tuple[int, dict[str, str], bytes]


class FakeProvider:
    """What it says of the person is in ``person``; ``twist`` names the one thing that it does wrong."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {
            "sub": "sub-1", "email": "Alix.Morvan@example.org", "email_verified": True,
            "given_name": "Alix", "usual_name": "Morvan",
        }  # fmt: skip
        self.claims: dict[str, Any] = {}
        self.twist = ""
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.key = KEY
        self.slow = threading.Event()
        self.issuer = ""

    def authorize(self, address: str) -> dict[str, str]:
        """Do as if the person signed in there; return what the browser brings back."""
        parts = urlsplit(address)
        assert address.startswith(f"{self.issuer}/authorize?")
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["nonce"]) >= 20
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def answer(self, method: str, path: str, headers: Any, body: str) -> Answer:
        self.asked.append(path)
        part = path.strip("/").rpartition("/")[2]
        name = "discovery" if part == "openid-configuration" else part
        if self.twist == f"{name} 500":
            return 500, {}, b"no"
        if self.twist == f"{name} redirects":
            return 302, {"Location": "http://127.0.0.1:1/elsewhere"}, b""
        if self.twist == f"{name} rubbish":
            return 200, {"Content-Type": "application/json"}, b'{"\xff'
        if self.twist == f"{name} list":
            return 200, {"Content-Type": "application/json"}, b"[1, null]"
        if self.twist == f"{name} hangs":
            self.slow.wait(20)
        status, headers_back, said = getattr(self, name)(method, headers, body)
        # Nothing is wrong with it but its size.
        return status, headers_back, said + b" " * 3_000_000 if self.twist == f"{name} huge" else said

    def discovery(self, *_: Any) -> Answer:
        at = self.issuer
        said = {
            "issuer": "https://other.example" if self.twist == "discovery of another" else at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": "http://elsewhere.example/token" if self.twist == "token elsewhere" else f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo",
            "jwks_uri": f"{at}/jwks",
            # What it claims to use is not what we accept.
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
        if self.twist != "no way out":
            said["end_session_endpoint"] = f"{at}/end"
        return _json(said)

    def jwks(self, *_: Any) -> Answer:
        return _json(KeySet([self.key]).as_dict(private=False))

    def token(self, method: str, headers: Any, body: str) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        known = self.codes.pop(asked.get("code", ""), None)
        assert (method, asked["client_id"], asked["client_secret"]) == ("POST", CLIENT, SECRET)
        if known is None or _challenge(asked["code_verifier"]) != known["code_challenge"]:
            return _json({"error": "invalid_grant"}, status=400)
        assert asked["redirect_uri"] == known["redirect_uri"]
        said = {"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": self.id_token(known)}
        if self.twist == "no id token":
            del said["id_token"]
        return _json(said)

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer, "sub": self.person["sub"], "aud": CLIENT, "exp": now + 300, "iat": now,
            "nonce": asked["nonce"],
        }  # fmt: skip
        claims |= self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.kid}
        if self.twist == "alg none":
            parts = [_b64(json.dumps(part).encode()) for part in ({"alg": "none"}, claims)]
            return ".".join([*parts, ""])
        if self.twist == "alg HS256 with the public key":
            octets = OctKey.import_key(self.key.as_pem(private=False))
            header = {"alg": "HS256", "kid": self.key.kid}
            return jws.serialize_compact(header, json.dumps(claims), octets, algorithms=["HS256"])
        if self.twist == "bad signature":
            return jwt.encode(header, claims, STRANGE_KEY)
        if self.twist == "unknown kid":
            return jwt.encode({"alg": "RS256", "kid": "nobody's"}, claims, STRANGE_KEY)
        return jwt.encode(header, claims, self.key)

    def userinfo(self, method: str, headers: Any, body: str) -> Answer:
        assert headers["Authorization"] == "Bearer access"
        person = dict(self.person)
        if self.twist == "userinfo of another":
            person["sub"] = "sub-2"
        if not self.twist.startswith("signed userinfo"):
            return _json(person)
        person |= {"iss": self.issuer, "aud": "another" if self.twist.endswith("for another") else CLIENT}
        key = STRANGE_KEY if self.twist.endswith("by another") else self.key
        return (
            200,
            {"Content-Type": "application/jwt"},
            jwt.encode({"alg": "RS256", "kid": key.kid}, person, key).encode(),
        )


def _json(said: Any, *, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(said).encode()


def _b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _challenge(verifier: str) -> str:
    return _b64(hashlib.sha256(verifier.encode()).digest())


@contextmanager
def running() -> Iterator[FakeProvider]:
    """Have one answer on this host."""
    fake = FakeProvider()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET", "")

        def do_POST(self) -> None:
            self._answer("POST", self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, method: str, body: str) -> None:
            try:
                status, headers, said = fake.answer(method, self.path, self.headers, body)
                self.send_response(status)
                for name, value in (headers | {"Content-Length": str(len(said))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)
            except OSError:
                pass  # whoever asked hung up

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.daemon_threads = True
    fake.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        fake.slow.set()
        server.shutdown()
        thread.join()
        server.server_close()
