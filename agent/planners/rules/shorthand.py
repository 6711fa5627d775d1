"""Shorthand: what clinicians abbreviate, written out; where there are two readings, the words beside say which."""

from __future__ import annotations

_STAY = r"(?:hospital|icu|ed|er|home|snf|rehab|facility|ward|unit|stay|admission|hospitali[sz]ation|visit)"
_DCD = r"d[/.]?c(?:'?e?d| would)"
"""The apostrophe of "d/c'd" is written out like that of "he'd" before."""
SHORTHAND: tuple[tuple[str, str], ...] = (
    (r"\bd[/.]?c(?:'?e?d|'?ing| would)?(?= (?:date|time|day|dates|times|dispo\w*|summar\w+|diagnos\w+|dx|meds?"
     r"|medications?"
     r"|to|from"
     rf"|home|{_STAY})\b)", "discharge"),
    (rf"(?P<stay>\b{_STAY}) d[/.]c(?:'?e?d| would)?\b", r"\g<stay> discharge"),
    (rf"(?<=\blast )d/c(?:'?e?d| would)?(?=[ ?.!,:]*$|:|,)|^{_DCD}(?= (?:on|when)\b)", "discharge"),
    (rf"\b(?P<who>i|he|she|they|patient|pt) (?P<be>(?:was |were |is |been |get |got )?){_DCD}\b(?! (?:off|C\d))",
     r"\g<who> \g<be>discharged"),
    (rf"\b{_DCD}\b", "discontinued"),
    (r"\bdispo\b", "discharge disposition"),
    (r"\badm(?:it)?(?:ssn)?(?= (?:date|time|dx|diagnos\w+|source|type)\b)", "admission"),
    (r"\badm'?e?d\b", "admitted"),
    (r"\badms?\b(?! source)", "admission"),
    (r"\bhosps?\b", "hospital"),
    (r"\bscripts?\b", "prescriptions"),
    (r"\brxs\b", "prescriptions"),
    (r"\bmed(?= (?:counts?|numbers?|names?|orders?|changes?|hx|history|allerg\w+|list|rec\b)| ?[:?]|[ ?]*$)",
     "medication"),
    (r"\bpharmaco-?therap(?:y|ies)\b|\bdrug therap(?:y|ies)\b|\bmedical therapy\b|\bmedicament(?:s|ation)?\b",
     "medication"),
    (r"\bprocs?\b", "procedures"),
    (r"\b(?:vaccs?|vacs?|imms?|immuns?|imz)\b(?=[ ?.,:])", "vaccine"),
    (r"\bdxe?s\b", "diagnoses"),
    (r"\bs(?:oc(?:ial)?)? ?hx\b", "social history"),
    (r"\b(?:curr|cur)\b", "current"),
    (r"\bavgs?\b\.?", "average"),
    (r"\bapprox\b\.?", "approximately"),
    (r"\bw/in\b|\bw/i\b", "within"),
    (r"\b(?:btwn|btw(?= C\d)|betw)\b", "between"),
    (r"\b(?:d/t|2o to|secondary to)\b", "due to"),
    (r" @ ", " at "),
    (r"\bfxs?(?= of\b)", "fracture"),
    (r"\b(?P<part>ankle|arm|hip|wrist|rib|foot|hand|leg|femur|clavicle|elbow|shoulder|spine|skull) fxs?\b",
     r"<fracture of \g<part>>"),
    (r"\bmos\b", "months"),
    (r"\bf/?u\b", "follow-up"),
    (r"\b(?:pcn|pen)(?= allerg)", "penicillin"),
    (r"\bdoc\b(?! \d)", "doctor"),
    (r"\bdocs\b", "doctors"),
    (r"\b(?:interval|gap|lag|elapsed time)(?: (?:in|of) (?P<unit>days|weeks|months|years|hours|minutes))?"
     r"(?:,|:| between| from) ?(?P<one>[^,?]*C\d[^,?]*?) (?:to|until|and|->|→) (?P<other>[^?]+)",
     r"how many \g<unit> from \g<one> to \g<other>"),
    (r"\bhow many  ?from\b", "how long from"),
    (r"^recurr(?:ent|ing) (?=[^:,?]+[:,] ?how (?:many|often)\b)", ""),
)  # fmt: skip
"""Tried before the short forms of everyday wording; names of the chart stand as C0, C1 …"""
