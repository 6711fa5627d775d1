"""wholes_of: the parts of the body that others are a part of, so that a broken forearm is a broken arm."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from tools.concepts.rows import read_rows, split_names
from tools.concepts.words import read_words


@lru_cache(maxsize=50_000)
def wholes_of(words: frozenset[str]) -> frozenset[str]:
    """The words of the wholes of which some words name a part.

    >>> sorted(wholes_of(frozenset({"fracture", "forearm"}))), wholes_of(frozenset({"hand"}))
    (['arm'], frozenset())
    """
    return frozenset(whole for part, whole in _parts() if part <= words)


@cache
def _parts() -> tuple[tuple[frozenset[str], str], ...]:
    return tuple(
        (frozenset(read_words(part)), row["whole"])
        for row in read_rows("body_parts")
        for part in split_names(row["parts"])
    )


_PAIRED = (
    "knee|eye|ear|hip|arm|leg|hand|foot|shoulder|elbow|wrist|ankle|breast|kidney|lung|ovary|testicle|thumb|thigh|calf|heel"
    "|forearm|femur|tibia|fibula|humerus|radius|ulna|clavicle|collarbone|carotid|groin|cheek|buttock|shin|finger|toe"
)
PAIRED = rf"(?:{_PAIRED})"
"""Parts of the body of which there is a left and a right one, as a pattern."""
SIDED = "left or right"
"""Of a body site: any that says a side."""
_SIDE = re.compile(r"\b(left|right|bilateral|both)\b", re.IGNORECASE)
_SIDED = re.compile(
    rf"\b(left|right|bilateral|both)\b(?:(?:[ -][a-z]+){{0,2}}? ({_PAIRED}|feet)(?:s|es)?\b)?", re.IGNORECASE
)
_PARTS = re.compile(
    rf"\b({_PAIRED}|skull|jaw|nose|neck|rib|spine|back|pelvis|sternum|face|head|abdomen|chest|colon|brain)s?\b",
    re.IGNORECASE,
)


def says_side(text: str) -> bool:
    """Whether words say left or right."""
    return _SIDE.search(text) is not None


def sides_in(name: str) -> tuple[str, ...]:
    """The sides a name says, each with the part of the body that follows.

    >>> sides_in("Left total knee replacement"), sides_in("Cataract, right eye, left eye"), sides_in("Knee pain")
    (('left knee',), ('right eye', 'left eye'), ())
    """
    found = (f"{side} {part}".strip().lower() for side, part in _SIDED.findall(name))
    return tuple(dict.fromkeys(found))


def places_in(name: str) -> tuple[str, ...]:
    """Where in the body a name says that something is: its sides, else the parts it names.

    >>> places_in("Closed fracture of forearm"), places_in("Fracture of the left wrist")
    (('forearm',), ('left wrist',))
    """
    return sides_in(name) or tuple(dict.fromkeys(part.lower() for part in _PARTS.findall(name)))
