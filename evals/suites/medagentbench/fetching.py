"""The results that the tasks look at, read plainly from a server that has them all; no part of what answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import httpx

Json = dict[str, Any]

_PAGE = 5_000
_MOST_PAGES = 100


def fetch_results(base: str, wanted: Iterable[tuple[str, str]], http: httpx.Client | None = None) -> Iterator[Json]:
    """The Observations of each patient and code, every page of them. Raises httpx.HTTPError."""
    with http or httpx.Client(timeout=60) as client:
        for patient, code in wanted:
            url: str | None = f"{base}Observation?patient={patient}&code={code}&_count={_PAGE}&_format=json"
            for _ in range(_MOST_PAGES):
                if url is None:
                    break
                bundle = client.get(url).raise_for_status().json()
                yield from (entry["resource"] for entry in bundle.get("entry", ()))
                url = next((link["url"] for link in bundle.get("link", ()) if link["relation"] == "next"), None)
