"""Tokens for one FHIR server: sent there, over https, and nowhere else. Knows nothing of how SMART hands them out.

Tokens stand in no message and no log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from ipaddress import ip_address

import httpx

from tools.fhir.errors import NotAuthorized

_TOKEN = re.compile(r"[\x21-\x7e]+")


class ServerAuth(httpx.Auth):
    """Authorization at one server."""

    def __init__(self, base_url: str, scope: str | None = None) -> None:
        self._base = httpx.URL(check_secure(base_url))
        self._scope = scope

    @property
    def scopes(self) -> tuple[str, ...]:
        """Scope texts that all bind: what was asked for, and what was granted where that is known."""
        return (self._scope,) if self._scope else ()

    def is_here(self, url: httpx.URL) -> bool:
        """Whether an address is this server's own: only there may the token go."""
        here = (self._base.scheme, self._base.host, self._base.port)
        return (url.scheme, url.host, url.port) == here


class BearerToken(ServerAuth):
    """A token that someone else obtained, read anew for every request, so that it may be renewed meanwhile."""

    def __init__(self, base_url: str, read: Callable[[], str], scope: str | None = None) -> None:
        super().__init__(base_url, scope)
        self._read = read

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request to the server; where it refuses and the token was renewed meanwhile, once again."""
        if not self.is_here(request.url):
            yield request
            return
        token = self._read()
        response = yield sign(request, token)
        if response.status_code == 401 and (renewed := self._read()) != token:
            yield sign(request, renewed)


def sign(request: httpx.Request, token: str) -> httpx.Request:
    """The request with its token. Raises NotAuthorized for one that can't stand in a header."""
    if not _TOKEN.fullmatch(token):
        raise NotAuthorized("the token is empty or holds characters that no token has")
    request.headers["authorization"] = f"Bearer {token}"
    return request


def check_secure(url: str) -> str:
    """The address, where a secret may be sent to it: https, or this machine. Raises NotAuthorized.

    >>> check_secure("https://fhir.test/r4"), check_secure("http://127.0.0.1:8080/fhir")
    ('https://fhir.test/r4', 'http://127.0.0.1:8080/fhir')
    >>> check_secure("http://fhir.test/r4")
    Traceback (most recent call last):
        ...
    tools.fhir.errors.NotAuthorized: fhir.test is not reached by https; no token or key is sent there
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise NotAuthorized("that is no address; no token or key is sent there") from None
    if parsed.scheme == "https" or (parsed.scheme == "http" and _is_this_machine(parsed.host)):
        return url
    raise NotAuthorized(f"{parsed.host[:80] or 'it'} is not reached by https; no token or key is sent there")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
