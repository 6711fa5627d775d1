"""Hashes that stand for index values, and dates as integers. Knows nothing of tables.

A value's key is 63 bits of BLAKE2: it needs no look-up when rows are written. Ten million different values
collide once in 200,000 such stores, and a collision shows only where both values lie under one element path.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

from tools.fhir.dates import parse_fhir_time
from tools.fhir.parameters import ElementPath

EARLIEST, LATEST = 0, 2**62
"""Bounds of open periods."""

_YEAR_ONE = datetime(1, 1, 1)
_DAY_MICROS = 86_400_000_000

DateBounds = tuple[int, int, int, int]
"""wall low, wall high, instant low, instant high, in microseconds since year 1."""


@lru_cache(maxsize=200_000)
def text_key(text: str) -> int:
    """The key of a reference, a URI or a string.

    >>> text_key("Patient/1") == text_key("Patient/1") != text_key("Patient/2")
    True
    """
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def token_key(system: str, code: str) -> int:
    """The key of a token; without system the system is empty."""
    return text_key(f"{system}\x1f{code}")


@lru_cache(maxsize=10_000)
def path_key(resource_type: str, path: ElementPath, part: str = "") -> int:
    """The key of an element path of a type; `part` tells a token's text or a reference's identifier apart.

    >>> from tools.fhir.parameters import find_parameter
    >>> patient, subject = (find_parameter("Observation", n).paths[0] for n in ("patient", "subject"))
    >>> path_key("Observation", patient) == path_key("Observation", subject)
    True
    """
    where = f"[{path.where[0]}={path.where[1]}]" if path.where else ""
    name = f"{resource_type}.{'.'.join(path.steps)}{where}:{path.type}:{part}"
    digest = blake2b(name.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") >> 1


def fold_text(text: str) -> str:
    """Text as strings are compared: without case, accents and surplus space.

    >>> fold_text("  José  MUÑOZ ")
    'jose munoz'
    """
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(text.casefold().split())


def to_micros(moment: datetime) -> int:
    """A naive moment in microseconds since year 1.

    >>> to_micros(datetime(1, 1, 2))
    86400000000
    """
    gap = moment - _YEAR_ONE
    return gap.days * _DAY_MICROS + gap.seconds * 1_000_000 + gap.microseconds


@lru_cache(maxsize=65_536)
def date_bounds(text: str) -> DateBounds:
    """A FHIR date as an interval, on its own wall clock and as instants. Raises FhirDateError.

    >>> low, high, *_ = date_bounds("2019-01-01"); high - low
    86399999999
    """
    time = parse_fhir_time(text)
    low, high = to_micros(time.low), to_micros(time.high)
    shift = round(time.offset.total_seconds()) * 1_000_000 if time.offset else 0
    return low, high, low - shift, high - shift
