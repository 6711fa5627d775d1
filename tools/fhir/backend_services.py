"""SMART Backend Services: a program's own token, by a JWT signed with its key. Knows nothing of charts.

https://hl7.org/fhir/smart-app-launch/backend-services.html
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from tools.fhir.auth import ServerAuth, check_secure, sign
from tools.fhir.errors import NotAuthorized
from tools.fhir.replies import clip, hide_secrets

Json = dict[str, Any]

ASSERTION_SECONDS = 240
"""How long an assertion is good; five minutes at most."""
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFE_UNSAID = 60.0
_SHORTEST = 5.0
_EARLY = 30.0
"""A token is renewed so many seconds before it runs out, or after nine tenths of a short life."""


@dataclass(frozen=True)
class ClientKey:
    """A program's name at the server, its private key and the algorithm that goes with it."""

    client_id: str
    key: RSAKey | ECKey = field(repr=False)
    algorithm: str

    def sign_assertion(self, endpoint: str, now: float) -> str:
        """A JWT that says who asks, good once, at one address, for a few minutes."""
        header = {"alg": self.algorithm, "typ": "JWT"} | ({"kid": self.key.kid} if self.key.kid else {})
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": endpoint,
            "exp": int(now) + ASSERTION_SECONDS, "jti": secrets.token_urlsafe(24),
        }  # fmt: skip
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


def load_client_key(client_id: str, path: Path) -> ClientKey:
    """A private key from a file that holds a JWK. Raises NotAuthorized, OSError."""
    try:
        content = orjson.loads(path.read_bytes())
        return parse_client_key(client_id, content)
    except (orjson.JSONDecodeError, JoseError, ValueError, TypeError) as error:
        raise NotAuthorized(f"{path} holds no JWK that can be read ({type(error).__name__})") from None


def parse_client_key(client_id: str, content: Json) -> ClientKey:
    """A private key from a JWK: RSA of 2048 bits or more for RS384, EC on P-384 for ES384. Raises NotAuthorized."""
    kind = content.get("kty") if isinstance(content, dict) else None
    if kind == "RSA":
        key: RSAKey | ECKey = RSAKey.import_key(content)
        algorithm, fits = "RS384", key.raw_value.key_size >= 2048
    elif kind == "EC":
        key = ECKey.import_key(content)
        algorithm, fits = "ES384", content.get("crv") == "P-384"
    else:
        raise NotAuthorized("the key is neither RSA nor EC; give a JWK with kty RSA (RS384) or EC on P-384 (ES384)")
    if not fits or not key.is_private:
        raise NotAuthorized("the key must be private: RSA of at least 2048 bits, or EC on the curve P-384")
    return ClientKey(client_id, key, algorithm)


@dataclass(frozen=True)
class _Token:
    text: str = field(repr=False)
    renew_at: float


class BackendServices(ServerAuth):
    """Finds the token endpoint, fetches a token, keeps it until shortly before it runs out, renews a refused one."""

    def __init__(self, base_url: str, client: ClientKey, scope: str, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(base_url, scope)
        self._client = client
        self._clock = clock
        self._lock = asyncio.Lock()
        self._endpoint: str | None = None
        self._token: _Token | None = None
        self._granted: str | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """What was asked for and, once there was a token, what was granted."""
        return (*super().scopes, *(() if self._granted is None else (self._granted,)))

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign a request to the server; where it refuses, once again with a new token."""
        if not self.is_here(request.url):
            yield request
            return
        refused: _Token | None = None
        for _ in range(2):
            async with self._lock:
                if self._token is refused:
                    self._token = None
                while (needed := self._next_step(request)) is not None:
                    reply = yield needed
                    self._take(reply.status_code, _to_json(await reply.aread()))
                token = self._token
            if token is None:
                raise NotAuthorized("no token was had")
            response = yield sign(request, token.text)
            if response.status_code != 401:
                return
            refused = token

    def _next_step(self, request: httpx.Request) -> httpx.Request | None:
        """What has to be asked before a request can be signed."""
        headers, extensions = {"accept": "application/json"}, request.extensions
        if self._endpoint is None:
            url = str(self._base).rstrip("/") + "/.well-known/smart-configuration"
            return httpx.Request("GET", url, headers=headers, extensions=extensions)
        if self._token is not None and self._clock() < self._token.renew_at:
            return None
        form = {
            "grant_type": "client_credentials", "scope": self._scope, "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._client.sign_assertion(self._endpoint, self._clock()),
        }  # fmt: skip
        return httpx.Request("POST", self._endpoint, data=form, headers=headers, extensions=extensions)

    def _take(self, status: int, reply: Json) -> None:
        if self._endpoint is None:
            self._endpoint = find_endpoint(status, reply, self._client.algorithm)
            return
        self._token, self._granted = None, None
        token, granted = read_token(status, reply, self._scope or "")
        life = reply.get("expires_in")
        seconds = max(float(life), _SHORTEST) if isinstance(life, int | float) else _LIFE_UNSAID
        self._token = _Token(token, self._clock() + seconds - min(_EARLY, seconds / 10))
        self._granted = granted


def _to_json(content: bytes) -> Json:
    try:
        read = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return read if isinstance(read, dict) else {}


def find_endpoint(status: int, reply: Json, algorithm: str) -> str:
    """The token endpoint of a smart-configuration. Raises NotAuthorized."""
    endpoint = reply.get("token_endpoint")
    if status != 200 or not isinstance(endpoint, str):
        raise NotAuthorized(f"the server publishes no token endpoint (.well-known/smart-configuration: {status})")
    for name, needed in (
        ("token_endpoint_auth_methods_supported", "private_key_jwt"),
        ("token_endpoint_auth_signing_alg_values_supported", algorithm),
    ):
        offered = reply.get(name)
        if isinstance(offered, list) and offered and needed not in offered:
            raise NotAuthorized(f"the server takes no {needed}; it takes {clip(', '.join(map(str, offered)), 100)}")
    return check_secure(endpoint)


def read_token(status: int, reply: Json, asked: str) -> tuple[str, str]:
    """The token and the scope granted with it. Raises NotAuthorized."""
    if status != 200:
        told = " ".join(
            clip(hide_secrets(str(reply.get(name, ""))), 200) for name in ("error", "error_description")
        ).strip()
        raise NotAuthorized(f"the server gave no token (status {status}{f': {told}' if told else ''})")
    token, kind = reply.get("access_token"), reply.get("token_type")
    if not isinstance(token, str) or not isinstance(kind, str) or kind.lower() != "bearer":
        raise NotAuthorized("the token endpoint's answer holds no bearer token")
    granted = reply.get("scope", asked)
    if not isinstance(granted, str) or not granted.strip():
        raise NotAuthorized(f"the server granted nothing of what was asked for ({asked})")
    return token, granted
