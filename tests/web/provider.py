"""A small OpenID Connect provider on 127.0.0.1: discovery, codes, tokens with a signed id_token, userinfo."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = ("crowdblend", "a client's secret")


class Provider:
    """Who is at the keyboard (`person`), what was asked (`asked`), what it does wrong (`faults`)."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        self.person: dict[str, Any] = {}
        self.asked: list[dict[str, str]] = []
        self.grants: dict[str, dict[str, str]] = {}
        self.faults: set[str] = set()
        self.issuer = ""

    def answer(self, path: str, words: dict[str, str], bearer: str) -> tuple[int, Any]:
        """Return a status, and an object for JSON or an address to go to."""
        if path == "/.well-known/openid-configuration":
            ends = {name: f"{self.issuer}/{name}" for name in ("authorize", "token", "userinfo", "jwks")}
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": ends["authorize"],
                "token_endpoint": ends["token"],
                "userinfo_endpoint": ends["userinfo"],
                "jwks_uri": ends["jwks"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if path == "/jwks":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}
        return {"/authorize": self.authorize, "/token": self.token, "/userinfo": self.userinfo}[path](
            words, bearer
        )

    def authorize(self, words: dict[str, str], _: str) -> tuple[int, Any]:
        """Send the person back with a code, as if they had typed a password; or say that they would not."""
        self.asked.append(words)
        if "refuses" in self.faults:
            return (
                302,
                f"{words['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': words['state']})}",
            )
        code = secrets.token_urlsafe(16)
        self.grants[code] = words
        return 302, f"{words['redirect_uri']}?{urlencode({'code': code, 'state': words['state']})}"

    def token(self, words: dict[str, str], _: str) -> tuple[int, Any]:
        """Give tokens for a code, once, to the client that it was made for."""
        grant = self.grants.pop(words["code"], None)
        digest = hashlib.sha256(words.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = grant and proof == grant["code_challenge"] and words["redirect_uri"] == grant["redirect_uri"]
        if not right or (words.get("client_id"), words.get("client_secret")) != CLIENT:
            return 400, {"error": "invalid_grant"}
        claims = {
            **self.person,
            "iss": self.issuer,
            "aud": CLIENT[0],
            "iat": time.time(),
            "exp": time.time() + 60,
        }
        if "other client" in self.faults:
            claims["aud"] = "somebody else"
        signed = jwt.encode(claims, self.key, "RS256", {"kid": "one"})
        return 200, {
            "access_token": "let me see",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": signed,
        }

    def userinfo(self, _: dict[str, str], bearer: str) -> tuple[int, Any]:
        """Tell who it is."""
        return (200, self.person) if bearer == "Bearer let me see" else (401, {})


@contextmanager
def running() -> Iterator[Provider]:
    """Run a provider in a thread while the block runs."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._say(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _say(self, query: str) -> None:
            words = {name: values[0] for name, values in parse_qs(query).items()}
            status, said = provider.answer(
                urlsplit(self.path).path, words, self.headers.get("Authorization", "")
            )
            body = b"" if status == 302 else json.dumps(said).encode()
            self.send_response(status)
            self.send_header(
                "Location" if status == 302 else "Content-Type", said if status == 302 else "application/json"
            )
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
