"""Dying: the death in a question as the date it has, so that what is asked beside it is asked of that time."""

from __future__ import annotations

import re
from datetime import date, timedelta

_WHO = r"(?:i|he|she|they|(?:the )?patient)"
_HER = r"(?:(?:the|his|her|their|patient) )*"
_DIED = rf"(?:(?:{_WHO} )?(?:died|dies|passed away|dying)|{_HER}(?:death|dying|passing))"
_RECORDED = re.compile(r"\bdeath: (\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2})?")
_PLACED = re.compile(
    rf"\b(?:(?:was|were|is) (?P<who>{_WHO}) (?P<place>(?:still )?(?:in|at) (?:the |an? )?(?:hospital|icu|intensive care"
    rf"(?: unit)?|ed|er|emergency (?:room|department)))|(?:was|were) (?P<whom>{_WHO}) (?P<kept>hospitali[sz]ed"
    rf"|an? inpatient|inpatient|admitted)) (?:when|at the time|as|at the time of) (?:of |that )?{_DIED}"
)
"""Where someone was who died asks where the death was."""
_OF_DEATH = re.compile(r"\b(?:how old|what age|age)\b")
"""What is asked of the death itself."""


def write_deaths(text: str, patient: str) -> str:
    """What is asked of the time of a death, by its date; left as it stands where no date of death is recorded.

    >>> write_deaths("what was her pulse on the day she died", "patient: Ann; death: 2005-11-09")
    'what was her pulse on 2005-11-09'
    >>> write_deaths("when was she last seen before she died", "patient: Ann; death: 2005-11-09T06:27:51-05:00")
    'when was she last seen until 2005-11-09t06:27:51'
    >>> write_deaths("was she in hospital when she died", "")
    'did she die in hospital'
    """
    text = _PLACED.sub(lambda m: f"did {m['who'] or m['whom']} die {m['place'] or 'in hospital'}", text)
    recorded = _RECORDED.search(patient)
    if recorded is None:
        return text
    day = date.fromisoformat(recorded[1])
    for pattern, written in (
        (rf"(?:on )?the day before {_DIED}", f"on {day - timedelta(days=1)}"),
        (
            rf"on (?:the )?(?:same )?(?:day|date) (?:of |that |when |on which )?{_DIED}|the day (?:of |that )?{_DIED}",
            f"on {day}",
        ),
        (
            rf"(?:(?:just|right|shortly|immediately) )?(?:before|prior to) {_DIED}",
            f"until {day}{(recorded[2] or '').lower()}",
        ),
        (rf"(?<= )(?:when|at the time of|at) {_DIED}", f"on {day}"),
    ):
        text = text if _OF_DEATH.search(text) else re.sub(rf"\b(?:{pattern})\b", written, text)
    return text
