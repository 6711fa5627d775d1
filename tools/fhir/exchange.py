"""Exchange: GET one address of a FHIR server, asked again where that may help, to JSON or an error of this package.

Knows nothing of searches and pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt

from tools.fhir.bounded_body import ENCODING, bound_answers
from tools.fhir.connections import check_address, keep_logs_apart, to_timeout, to_unreachable
from tools.fhir.errors import FhirError, NotFhir, ServerRefused, ServerUnreachable
from tools.fhir.own_references import make_relative
from tools.fhir.replies import to_error, to_json, words_of
from tools.fhir.time_budget import waiting

Json = dict[str, Any]

_RETRIED = (429, 502, 503, 504)
_FHIR_JSON = "application/fhir+json"
_HEADERS = {"accept": _FHIR_JSON, "prefer": "handling=strict", "accept-encoding": ENCODING}
_BODY_HEADERS = {"content-type": _FHIR_JSON}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one search may cost."""

    pages: int = 200
    bytes: int = 200_000_000
    page_size: int = 1000
    timeout_seconds: float = 30.0
    attempts: int = 4
    search_seconds: float = 120.0
    """All that a search may take, its pages, its retries and other ways of asking counted."""
    question_seconds: float = 300.0
    """All that may be waited for the server until a question is answered."""
    longest_wait_seconds: float = 20.0
    """A server that asks to wait longer than this is not asked again."""
    parallel: int = 8
    """Searches under way at once, where one has to be split."""


class _Retry(Exception):
    """An answer worth asking for again."""

    def __init__(self, error: FhirError, wait: float | None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


class Exchange:
    """The connections to one server."""

    def __init__(
        self, base_url: str, transport: httpx.AsyncBaseTransport | None, auth: httpx.Auth | None, limits: Limits
    ) -> None:
        self.base_url = base_url
        self.where = check_address(base_url)
        self.limits = limits
        keep_logs_apart()
        self._http = httpx.AsyncClient(
            transport=transport, auth=auth, timeout=limits.timeout_seconds, headers=_HEADERS, follow_redirects=False,
            event_hooks={"response": [bound_answers(limits.bytes)]},
        )  # fmt: skip

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, url: str, attempts: int | None = None) -> tuple[Json, int]:
        """The FHIR JSON at an address and its size in bytes. Raises FhirError."""
        retrying = AsyncRetrying(
            stop=stop_after_attempt(attempts or self.limits.attempts),
            retry=retry_if_exception_type(_Retry),
            wait=self._wait,
            reraise=True,
        )
        try:
            async with waiting():
                async for attempt in retrying:
                    with attempt:
                        return await self._send_once("GET", url)
        except _Retry as error:
            raise error.error from None
        raise ServerUnreachable("no attempt was made")

    async def post_batch(self, urls: Sequence[str]) -> tuple[Json, int]:
        """The answer to a batch of GETs, asked for once, and its size in bytes. Raises FhirError."""
        entries = [{"request": {"method": "GET", "url": url}} for url in urls]
        body = orjson.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries})
        try:
            async with waiting():
                return await self._send_once("POST", self.base_url, body)
        except _Retry as error:
            raise error.error from None

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        given = error.wait if isinstance(error, _Retry) else None
        return min(given if given is not None else 0.2 * 2**state.attempt_number, self.limits.longest_wait_seconds)

    async def _send_once(self, method: str, url: str, body: bytes | None = None) -> tuple[Json, int]:
        try:
            response = await self._http.request(method, url, content=body, headers=_BODY_HEADERS if body else None)
        except httpx.TimeoutException as error:
            raise _Retry(to_timeout(error, self.where), None) from None
        except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ProxyError) as error:
            raise _Retry(to_unreachable(error, self.where), None) from error
        except httpx.InvalidURL:
            raise NotFhir("the server gave a link that is no address") from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise to_unreachable(error, self.where) from error
        if response.status_code in _RETRIED:
            raise self._ask_again(response)
        if response.status_code != 200:
            raise to_error(response, self.where)
        content = to_json(response, self.where)
        make_relative(content, response.content, self.base_url)
        return content, len(response.content)

    def _ask_again(self, response: httpx.Response) -> Exception:
        """A busy server's answer; final where it asks for more patience than there is."""
        wait = retry_after(response.headers, datetime.now(UTC))
        if wait is not None and wait > self.limits.longest_wait_seconds:
            outcome = f"{words_of(response)}; it asks to wait {wait:.0f} seconds"
            return ServerRefused(response.status_code, outcome)
        return _Retry(to_error(response, self.where), wait)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from `Retry-After` as seconds or as a date; a date is measured from the answer's own `Date`.

    >>> now = datetime(2015, 10, 21, 7, 27, 50, tzinfo=UTC)
    >>> retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, now), retry_after({"retry-after": "soon"}, now)
    (10.0, None)
    """
    given = headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return float(given[:9])
    until = _parse_http_date(given)
    if until is None:
        return None
    return max((until - (_parse_http_date(headers.get("date", "")) or now)).total_seconds(), 0.0)


def _parse_http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
