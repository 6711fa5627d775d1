"""Bodies of answers, unpacked while they come in and cut off at a number of bytes: no answer fills the memory."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx

from tools.fhir.errors import AnswerTooLarge, NotFhir

ENCODING = "gzip"
"""The one that is asked for; others are not taken."""
_GZIP = 31
_PIECE = 1 << 20


class BoundedBody(httpx.AsyncByteStream):
    """A body of at most so many bytes, counted after unpacking."""

    def __init__(self, body: httpx.AsyncByteStream, packed: bool, most: int) -> None:
        self._body = body
        self._packed = packed
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        unpacker, size = Unpacker(), 0
        async for part in self._body:
            for piece in unpacker.unpack(part) if self._packed else (part,):
                size += len(piece)
                if size > self._most:
                    raise AnswerTooLarge(f"the server's answer is larger than {self._most:,} bytes; it was not read on")
                yield piece
        if self._packed and unpacker.is_amid:
            raise NotFhir("the server's answer is cut off: its gzip data has no end")

    async def aclose(self) -> None:
        """Close the connection's end of it."""
        await self._body.aclose()


class Unpacker:
    """gzip data, a piece at a time: a thousandth of what it may unpack to is held at once."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self.is_amid = False

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        """What some bytes hold. Raises NotFhir for what is no gzip."""
        while packed:
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
            try:
                piece = self._member.decompress(packed, _PIECE)
            except zlib.error:
                raise NotFhir("the server's answer says it is gzip data and isn't") from None
            packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            self.is_amid = not self._member.eof
            if piece:
                yield piece


def bound_answers(most: int) -> Callable[[httpx.Response], Awaitable[None]]:
    """What bounds the body of each answer, a token server's too: a hook on the responses of an httpx client."""

    async def bound(response: httpx.Response) -> None:
        encoding = response.headers.pop("content-encoding", "identity").strip().lower()
        packed = encoding in (ENCODING, f"x-{ENCODING}")
        if not packed and encoding not in ("identity", ""):
            await response.aclose()
            raise NotFhir(
                f"the server packs its answer as {encoding[:40]!r}, which was not asked for; only gzip is read"
            )
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = BoundedBody(response.stream, packed, most)

    return bound
