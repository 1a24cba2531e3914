"""A provider of OpenID Connect for tests: a real HTTP server on this machine that signs with another library than the tracker reads with.

It is strict where a provider must be (client, redirect address, PKCE, codes good once), and lies where it is told to.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "mission-tracker", "s3cret with : and %"


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class OidcServer:
    """`claims` says who signs in; the rest is how the provider lies."""

    port: int = 0
    back: str = ""  # the only address that it returns browsers to
    claims: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)  # over the claims of the token
    unsigned: bool = False
    shared: bool = False  # signed with the client's secret instead of the provider's key
    stranger: bool = False  # signed by a key that nobody published
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "now", "use": "sig"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)  # over its description

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def description(self) -> dict[str, Any]:
        ends = {f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token")}
        return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **ends, **self.described}

    def authorize(self, asked: dict[str, str]) -> str | None:
        """Return the address that the browser is sent back to, as if the person had signed in; None for a bad request."""
        right = {
            "client_id": CLIENT,
            "redirect_uri": self.back,
            "response_type": "code",
            "code_challenge_method": "S256",
        }
        if any(asked.get(name) != value for name, value in right.items()) or not asked.get("code_challenge"):
            return None
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{self.back}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Return the answer to a code, once, for the right client that knows the verifier."""
        from_client = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or from_client != f"{CLIENT}:s3cret+with+%3A+and+%25":
            return None
        proof = unpadded(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if proof != asked["code_challenge"] or form.get("redirect_uri") != self.back:
            return None
        now = int(time.time())
        facts = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        return {"token_type": "Bearer", "id_token": self.signed({**facts, **self.claims, **self.lies})}

    def signed(self, claims: dict[str, Any]) -> str:
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.unsigned:
            parts = ({"alg": "none", "typ": "JWT"}, claims)
            return ".".join(unpadded(json.dumps(part).encode()) for part in parts) + "."
        if self.shared:
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
        key = RSAKey.generate_key(2048) if self.stranger else self.key
        return jwt.encode({"alg": "RS256", "kid": "now"}, claims, key)


@contextmanager
def running(back: str) -> Iterator[OidcServer]:
    """A provider for the length of the block."""
    found = OidcServer(back=back)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                self.give(found.description())
            elif parts.path == "/keys":
                self.give({"keys": [found.key.as_dict(private=False)]})
            else:
                address = found.authorize({name: values[0] for name, values in parse_qs(parts.query).items()})
                self.send_response(302 if address else 400)
                if address:
                    self.send_header("Location", address)
                self.end_headers()

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(text).items()}
            self.give(found.token(form, self.headers.get("authorization", "")))

        def give(self, answer: dict[str, Any] | None) -> None:
            body = json.dumps(answer or {"error": "invalid_grant"}).encode()
            self.send_response(200 if answer else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.port = server.server_port
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield found
        server.shutdown()
