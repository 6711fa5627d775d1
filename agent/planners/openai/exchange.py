"""ModelServer: one request to a server and its reply, with patience and an end to it. Knows nothing of decisions."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt

from agent.errors import PlannerUnavailable
from agent.planners.openai.reply import Json, Listing, Reply, join_pieces, read_listing, read_piece, read_reply

_PASSING = frozenset({429, 500, 502, 503, 504})
"""What a server may get over."""
_SHOWN = 300


@dataclass(frozen=True)
class Limits:
    """How much one decision may cost."""

    tokens: int = 1_024
    """Written."""
    seconds: float = 300.0
    """Waited for it, every try included."""
    silence: float = 120.0
    """Without a byte."""
    connect: float = 10.0
    tries: int = 3
    pause: float = 0.5
    """Before the second try; twice as long before each further one, unless the server says how long."""
    longest_pause: float = 20.0


class Refused(PlannerUnavailable):
    """The server answered that it won't do what was asked."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class _Passing(Exception):
    """What may be over at the next try."""

    def __init__(self, error: PlannerUnavailable, pause: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.pause = pause


@dataclass(frozen=True)
class ModelServer:
    """A server behind `/v1/chat/completions`."""

    base_url: str
    key: str | None = None
    limits: Limits = Limits()
    transport: httpx.AsyncBaseTransport | None = None

    @property
    def place(self) -> str:
        """Its address, as it may be shown."""
        return without_password(self.base_url)

    async def complete(self, body: Json, on_text: Callable[[str], None] | None = None) -> Reply:
        """The reply to a request; `on_text` is given the text so far, as it comes.

        Raises Refused for a request that the server won't take, PlannerUnavailable for one that it fails at, and
        PlannerFormatError for a reply without a message.
        """
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await self._try(body, on_text)
        except TimeoutError as error:
            told = f"the planner at {self.place} did not answer within {self.limits.seconds:g} seconds"
            raise PlannerUnavailable(told) from error
        except _Passing as passing:
            raise passing.error from passing

    async def look_up(self, model: str) -> Listing:
        """What the server says of the model: how many tokens it takes, read and written."""
        try:
            async with self._connect() as http:
                listed = (await http.get(f"{self.base_url.rstrip('/')}/models")).json()
        except (httpx.HTTPError, ValueError):
            return Listing()
        return read_listing(listed, model)

    def _connect(self) -> httpx.AsyncClient:
        timeout = httpx.Timeout(self.limits.silence, connect=self.limits.connect)
        headers = {"authorization": f"Bearer {self.key}"} if self.key else {}
        return httpx.AsyncClient(transport=self.transport, timeout=timeout, headers=headers)

    async def _try(self, body: Json, on_text: Callable[[str], None] | None) -> Reply:
        tries = AsyncRetrying(
            stop=stop_after_attempt(self.limits.tries),
            wait=self._pause,
            retry=retry_if_exception_type(_Passing),
            reraise=True,
        )
        return await tries(self._exchange, body, on_text)

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.pause if isinstance(error, _Passing) else None
        usual: float = self.limits.pause * 2.0 ** (state.attempt_number - 1)
        return min(usual if asked is None else asked, self.limits.longest_pause)

    async def _exchange(self, body: Json, on_text: Callable[[str], None] | None) -> Reply:
        url = f"{self.base_url.rstrip('/')}/chat/completions"
        try:
            async with self._connect() as http:
                if on_text is None:
                    return self._read_whole(await http.post(url, json=body))
                streamed = {**body, "stream": True, "stream_options": {"include_usage": True}}
                async with http.stream("POST", url, json=streamed) as response:
                    return await self._read_stream(response, on_text)
        except httpx.TransportError as error:
            told = str(error) or type(error).__name__
            raise _Passing(PlannerUnavailable(f"the planner at {self.place} can't be reached: {told}")) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PlannerUnavailable(f"the planner at {self.place} can't be asked: {error}") from error

    def _read_whole(self, response: httpx.Response) -> Reply:
        self._check(response)
        return read_reply(self._read_json(response))

    async def _read_stream(self, response: httpx.Response, on_text: Callable[[str], None]) -> Reply:
        if not response.is_success or "text/event-stream" not in response.headers.get("content-type", ""):
            await response.aread()
            return self._read_whole(response)
        pieces: list[Json] = []
        text = ""
        async for piece in self._read_events(response):
            pieces.append(piece)
            if added := read_piece(piece):
                text += added
                on_text(text)
        return join_pieces(pieces, text)

    async def _read_events(self, response: httpx.Response) -> AsyncIterator[Json]:
        """The pieces of a stream. Raises _Passing where it breaks off."""
        ended = False
        async for line in response.aiter_lines():
            data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
            if data == "[DONE]":
                return
            if data:
                piece = self._read_event(data)
                ended = ended or any(c.get("finish_reason") for c in piece.get("choices") or ())
                yield piece
        if not ended:
            raise _Passing(PlannerUnavailable(f"the planner at {self.place} broke off in its answer"))

    def _read_event(self, data: str) -> Json:
        try:
            piece = json.loads(data)
        except ValueError as error:
            raise _Passing(PlannerUnavailable(f"the planner at {self.place} did not answer in JSON")) from error
        if not isinstance(piece, dict) or "error" in piece:
            told = _say_why(piece)
            raise _Passing(PlannerUnavailable(f"the planner at {self.place} broke off in its answer{told}"))
        return piece

    def _check(self, response: httpx.Response) -> None:
        """Raise for an answer that is no success."""
        if response.is_success:
            return
        try:
            why = _say_why(response.json())
        except ValueError:
            why = ""
        refused = Refused(
            f"the planner at {self.place} answered with status {response.status_code}{why}", response.status_code
        )
        if response.status_code in _PASSING:
            raise _Passing(refused, _read_pause(response))
        raise refused

    def _read_json(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError as error:
            raise PlannerUnavailable(f"the planner at {self.place} did not answer in JSON") from error


def _read_pause(response: httpx.Response) -> float | None:
    told = response.headers.get("retry-after", "")
    return float(told) if re.fullmatch(r"\d{1,4}", told) else None


def _say_why(body: object) -> str:
    """What the server says of its error, on one line.

    >>> _say_why({"error": {"message": "no\\nmodel"}}), _say_why({"detail": "gone"}), _say_why([])
    (': no model', ': gone', '')
    """
    told = body.get("error", body) if isinstance(body, dict) else None
    message = next((told[k] for k in ("message", "detail") if k in told), None) if isinstance(told, dict) else told
    return f": {' '.join(message.split())[:_SHOWN]}" if isinstance(message, str) and message.strip() else ""


def without_password(url: str) -> str:
    """A URL as it may be shown.

    >>> without_password("http://user:secret@127.0.0.1:1/v1")
    'http://127.0.0.1:1/v1'
    """
    return re.sub(r"(?<=://)[^/@]*@", "", url)
