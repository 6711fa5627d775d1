"""A FHIR terminology server as a Terminology: `ValueSet/$expand` and `CodeSystem/$subsumes` over httpx.

https://hl7.org/fhir/R4/valueset-operation-expand.html, https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
"""

from __future__ import annotations

from typing import Any

import httpx

from tools.concepts.terminology import RXNORM, SNOMED
from tools.records.record import Coding

Json = dict[str, Any]

_ALL_OF = {SNOMED: f"{SNOMED}?fhir_vs", RXNORM: f"{RXNORM}/vs"}
"""The value set of all codes of a system."""
_COUNT = 50
_YES = ("equivalent", "subsumes")
_OUTCOMES = (*_YES, "subsumed-by", "not-subsumed")


class TerminologyServer:
    """Asks a server; remembers its answers. What the server fails to answer is unknown, never no."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Of a client whose `base_url` is the server's FHIR base."""
        self._client = client
        self._named: dict[tuple[str, str], tuple[Coding, ...]] = {}
        self._told: dict[tuple[str, str, str], bool] = {}

    async def expand(self, system: str, text: str) -> tuple[Coding, ...]:
        """The codes of a system whose names hold a text; none for a system that has no value set of all its codes."""
        if system not in _ALL_OF:
            return ()
        if (system, text) not in self._named:
            answer = await self._get("ValueSet/$expand", {"url": _ALL_OF[system], "filter": text, "count": str(_COUNT)})
            if answer is None:
                return ()
            self._named[system, text] = _read_expansion(answer, system)
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
        """The server's answer; None where it refuses, fails or does not speak FHIR."""
        try:
            response = await self._client.get(operation, params=parameters, headers={"Accept": "application/fhir+json"})
            answer = response.json() if response.is_success else None
        except (httpx.HTTPError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None


def _read_expansion(value_set: Json, system: str) -> tuple[Coding, ...]:
    contains = (value_set.get("expansion") or {}).get("contains") or []
    return tuple(
        Coding(system, str(c["code"]), c.get("display"))
        for c in contains
        if isinstance(c, dict) and c.get("code") and c.get("system", system) == system and not c.get("inactive")
    )


def _read_outcome(parameters: Json) -> str | None:
    found = [p.get("valueCode") for p in parameters.get("parameter") or [] if p.get("name") == "outcome"]
    return found[0] if len(found) == 1 else None
