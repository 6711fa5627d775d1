"""Connections in words: which server, why there is none to it. What httpx logs names no patient. Knows no FHIR."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from tools.fhir.errors import NotAuthorized, ServerTimeout, ServerUnreachable


def check_address(base_url: str) -> str:
    """A base URL as messages may name it. Raises ServerUnreachable, and NotAuthorized where it holds a password.

    >>> check_address("https://fhir.test:443/r4/?key=1")
    'https://fhir.test/r4/'
    """
    try:
        urlsplit(base_url)
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, ValueError):
        raise ServerUnreachable("the base URL is no address; give one like https://fhir.example/r4") from None
    if url.userinfo:
        raise NotAuthorized("a user name or password in a base URL is not taken; give a token, or a client id and key")
    if url.scheme not in ("http", "https") or not url.host or (url.port or 1) > 65_535:
        raise ServerUnreachable("the base URL is no address; give one like https://fhir.example/r4")
    return str(url.copy_with(query=None, fragment=None))


def to_unreachable(error: Exception, where: str) -> ServerUnreachable:
    """Why there is no connection, and what to do."""
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _untrusted(cause, where)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return _no_connection(where, "no such host is known; check the base URL, the network and its proxy")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return _no_connection(where, "refused; is the server running, and is that its base URL?")
    if isinstance(error, httpx.ProxyError):
        return _no_connection(where, "the proxy gave none; check HTTPS_PROXY and NO_PROXY")
    if isinstance(error, httpx.ConnectError):
        return _no_connection(where, "check that the server is running, the base URL and the network")
    return ServerUnreachable(f"{where} broke off its answer ({type(error).__name__}); try again later")


def to_timeout(error: httpx.TimeoutException, where: str) -> ServerTimeout:
    """What was waited for in vain."""
    if isinstance(error, httpx.ConnectTimeout):
        return ServerTimeout(f"{where} could not be reached in time; check the base URL and the network")
    return ServerTimeout(f"{where} did not answer in time; try again later")


def _no_connection(where: str, reason: str) -> ServerUnreachable:
    return ServerUnreachable(f"no connection to {where}: {reason}")


def _untrusted(error: ssl.SSLError, where: str) -> ServerUnreachable:
    if isinstance(error, ssl.SSLCertVerificationError):
        fault = f"its certificate is not accepted ({error.verify_message})"
        return _no_connection(where, f"{fault}; check the base URL, or name your authority's file in SSL_CERT_FILE")
    return _no_connection(where, "it does not speak TLS as it should; should the base URL begin with http:// ?")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what lies behind it.

    >>> [type(e).__name__ for e in _causes(ValueError())]
    ['ValueError']
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


class _HostOnly(logging.Filter):
    """A request's line without its path: that names patients and what was asked about them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(f"{a.scheme}://{a.host}/…" if isinstance(a, httpx.URL) else a for a in record.args)
        return True


def keep_logs_apart() -> None:
    """Let httpx log hosts, no addresses. The logger is the process's: done once, whoever asks."""
    logger = logging.getLogger("httpx")
    if not any(isinstance(f, _HostOnly) for f in logger.filters):
        logger.addFilter(_HostOnly())
