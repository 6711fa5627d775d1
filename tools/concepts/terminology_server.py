"""A FHIR terminology server as a Terminology: `ValueSet/$expand` and `CodeSystem/$subsumes`.

https://hl7.org/fhir/R4/valueset-operation-expand.html, https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx

from tools.concepts.terminology import RXNORM, SNOMED, TerminologyUnavailable
from tools.fhir.errors import FhirError, ServerRefused
from tools.fhir.exchange import Exchange, Limits
from tools.records.record import Coding

Json = dict[str, Any]

_ALL_OF = {SNOMED: f"{SNOMED}?fhir_vs", RXNORM: f"{RXNORM}/vs"}
"""The value set of all codes of a system."""
_COUNT = 50
_YES = ("equivalent", "subsumes")
_OUTCOMES = (*_YES, "subsumed-by", "not-subsumed")
_UNKNOWN_THERE = (400, 404, 410, 422)
"""Statuses by which servers say that they don't know a code, a system or an operation."""
_LIMITS = Limits(bytes=5_000_000, timeout_seconds=5.0, attempts=2, longest_wait_seconds=2.0)
_LEFT_ALONE_SECONDS = 30.0
"""How long a server that failed is not asked again."""


@asynccontextmanager
async def open_terminology(
    base_url: str, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[TerminologyServer]:
    """The terminology server at a FHIR base URL. Raises FhirError for a URL that is none."""
    exchange = Exchange(base_url.rstrip("/") + "/", transport, None, _LIMITS)
    try:
        yield TerminologyServer(exchange)
    finally:
        await exchange.aclose()


class TerminologyServer:
    """Asks a server; remembers its answers. What it does not know is unknown, never no."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._named: dict[tuple[str, str], tuple[Coding, ...]] = {}
        self._told: dict[tuple[str, str, str], bool] = {}
        self._failure = ""
        self._left_alone_until = 0.0

    async def expand(self, system: str, text: str) -> tuple[Coding, ...]:
        """The codes of a system whose names hold a text; none for a system that has no value set of all its codes."""
        if system not in _ALL_OF:
            return ()
        if (system, text) not in self._named:
            answer = await self._get("ValueSet/$expand", {"url": _ALL_OF[system], "filter": text, "count": str(_COUNT)})
            if answer is None:
                return ()
            self._named[system, text] = tuple(_read_expansion(answer, system))
        return self._named[system, text]

    async def subsumes(self, system: str, broader: str, narrower: str) -> bool | None:
        """Whether one code is the other or a kind of it; None where the server does not say."""
        if broader == narrower:
            return True
        key = (system, broader, narrower)
        if key not in self._told:
            answer = await self._get("CodeSystem/$subsumes", {"system": system, "codeA": broader, "codeB": narrower})
            outcome = _read_outcome(answer) if answer is not None else None
            if outcome not in _OUTCOMES:
                return None
            self._told[key] = outcome in _YES
        return self._told[key]

    async def _get(self, operation: str, parameters: dict[str, str]) -> Json | None:
        """The server's answer; None where it does not know what is asked. Raises TerminologyUnavailable."""
        if time.monotonic() < self._left_alone_until:
            raise TerminologyUnavailable(self._failure)
        try:
            answer, _ = await self._exchange.get(f"{self._exchange.base_url}{operation}?{urlencode(parameters)}")
        except FhirError as error:
            if isinstance(error, ServerRefused) and error.status in _UNKNOWN_THERE:
                return None
            self._failure = f"the terminology server could not be asked: {error}"
            self._left_alone_until = time.monotonic() + _LEFT_ALONE_SECONDS
            raise TerminologyUnavailable(self._failure) from error
        return answer


def _read_expansion(value_set: Json, system: str) -> Iterator[Coding]:
    expansion = value_set.get("expansion")
    for held in _dicts(expansion.get("contains")) if isinstance(expansion, dict) else ():
        code, display = held.get("code"), held.get("display")
        if code and held.get("system", system) == system and not held.get("inactive"):
            yield Coding(system, str(code), display if isinstance(display, str) else None)


def _read_outcome(parameters: Json) -> object:
    found = [p.get("valueCode") for p in _dicts(parameters.get("parameter")) if p.get("name") == "outcome"]
    return found[0] if len(found) == 1 else None


def _dicts(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
