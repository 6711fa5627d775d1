"""relate_organ: what is of an organ by its name, though its code stands in another chapter: sarcoidosis of the lung.

ICD orders tumors, infections and injuries by what they are; who asks for lung trouble means those of the lung as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from tools.concepts.icd import place_code
from tools.concepts.names import GENERAL, ReadName
from tools.records.record import Coding

_ORGANS = frozenset(
    """heart lung kidney liver thyroid skin eye bone joint bowel intestine bladder prostate gallbladder pancreas
    esophagus stomach spine muscle breast ear nose sinus nerve vein artery tooth throat adrenal pituitary parathyroid
    brain""".split()  # noqa: SIM905
)
TROUBLES = frozenset(
    """disorder condition problem trouble illness issue ailment complaint diagnosis diagnose abnormality""".split()  # noqa: SIM905
)
"""Words that say no more than "disease" behind what it is of."""
_INJURIES = frozenset(
    """injury laceration contusion wound fracture sprain strain burn abrasion concussion dislocation""".split()  # noqa: SIM905
)
_NO_STATE = re.compile(r"10(?:[VWXYZ]|T[3-8])|9(?:[VE]|9[6-9])")
"""ICD's chapters of care, of outer causes, of poisonings and of what treatment did."""
_INJURED = re.compile(r"10S|9(?:8|9[0-5])")


def organ_in(asked: ReadName) -> str | None:
    """The organ of which a name says no more than that there is trouble with it.

    >>> from tools.concepts.names import read_name
    >>> [organ_in(read_name(n)) for n in ("cardiac problems", "kidney stone", "kidney")]
    ['heart', None, None]
    """
    telling = asked.words - TROUBLES - GENERAL
    troubled = len(telling) == 1 and telling <= _ORGANS and asked.words > telling
    return next(iter(telling)) if troubled else None


def relate_organ(organ: str, held: ReadName, codings: Iterable[Coding]) -> Literal["narrower", "open", "none"]:
    """Whether a condition is of an organ by its name; open where it is an injury, which is no disease of it.

    >>> from tools.concepts.names import read_name
    >>> [relate_organ("lung", read_name(n), ()) for n in ("Sarcoidosis of lung", "Contusion of lung", "Gout")]
    ['narrower', 'open', 'none']
    """
    placed = ["".join(place_code(c.system, c.code)) for c in codings]
    if organ not in held.words or held.context or any(_NO_STATE.match(code) for code in placed):
        return "none"
    return "open" if held.words & _INJURIES or any(_INJURED.match(code) for code in placed) else "narrower"
