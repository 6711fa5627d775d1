"""Limits: the many ways to say that a number is at least, at most or between, written out as the plain ones.

Tables of wordings by class, for text in small letters whose names are marked (`C0`). Knows nothing of a chart.
"""

from __future__ import annotations

import re

from agent.planners.rules.asks import COUNTABLE

UNIT = (
    r"(?:mg/dl|mmol/l|meq/l|g/dl|%|mm ?hg|bpm|(?:beats |breaths )?(?:/|per )min(?:ute)?|kg/m2|u/l|iu/l"
    r"|kg|lbs?|cm|°?[cf]|ml|l|mcg|mg|g|units?)"
)
COUNTED_IN = (
    rf"(?:(?:separate|different|distinct|more|other|of) )?(?:{COUNTABLE}|times|occasions|results|readings|values"
    r"|measurements|checks|(?:second|minute|hour|day|week|month|year)s?)\b"
)
"""What a number counts that is no value: "at least 2 visits", "over 3 weeks"."""
NUMBER = r"\d+(?:\.\d+)?(?:(?<=\d\d)/\d{2,3}(?!/))?"
"""A number, or a pressure: `140/90`."""
_N = r"\d+(?:\.\d+)?"
_YEAR = r"(?:1[89]|2[0-3])\d\d"
_NO_YEAR = rf"(?!{_YEAR}(?:\D|$)){_N}"
_LIMIT = rf"(?P<n>{NUMBER})(?P<u> ?{UNIT}(?![\w/]))?"
_TO = r" ?(?:-|–|—|\bto\b|\bthrough\b|\band\b|\bup to\b) ?"
_BAND = r"(?:range|band|window|bracket|interval|zone|limits?|mark|region)"
_TWO = rf"(?P<low>{_NO_YEAR}) ?(?:{UNIT})?{_TO}(?P<high>{_NO_YEAR})(?P<u> ?{UNIT}(?![\w/]))?"
_NO_SPAN = rf"(?![\w/.]|\.\d| ?(?:-|–|/)\d| {COUNTED_IN}| (?:tablets?|pills?|puffs?|drops|scale)\b)"
_INTO = (
    r"(?:(?:(?:fall|fell|lie|lay|land|sit|sat|stay|remain|come|came|be|are|were|was|is|ran?|run)(?:s|ed|en|ing|ned)? )"
    r"?(?:with)?(?:in|inside|into|from|between)(?: the)?(?: (?:range|band|window|interval|limits?))?(?: (?:of"
    r"|from|between))?"
    r"|(?:the )?(?:range|band|window|interval|limits?)(?: (?:of|from|between))?)"
)
_MORE = r"(?:more|above|higher|greater|over|up|upwards?|beyond|better|larger|heavier)"
_LESS = r"(?:less|below|lower|under|fewer|down|smaller|lighter)"
_REACHED = (
    r"(?:was|were|is|are|of|at|with|reading|measuring|hit|hits|reach(?:ed|es)?|(?:got|get|gone|went|go)"
    r" (?:up |down )?to)"
)
_NORM = r"what is the reference range of \g<what>"
_OF_WHAT = r"(?P<what>(?:(?:the|my|his|her|their|an?) )?C\d+(?: levels?| values?)?)"
_SHOULD = (
    rf"(?:is|are|should|ought|must|would|does|do) {_OF_WHAT} (?:(?:supposed|meant|expected|normally|to|usually) )*"
)
_LIE = r"(?:be|lie|fall|stay|sit|run|land)"
LIMITS: tuple[tuple[str, str], ...] = (
    (rf"(?:from|between) (?:what|which)(?: two)?(?: (?:numbers?|values?|limits?|levels?))?(?: (?:to|and) (?:what|which)"
     rf"(?: (?:number|value|limit|level))?)? {_SHOULD}{_LIE}\b", _NORM),
    (rf"(?:(?:with)?in )?(?:what|which) (?:range|limits|band|interval) {_SHOULD}{_LIE}(?: (?:with)?in)?\b", _NORM),
    (rf"(?:what|which) (?:range|limits|numbers?|values?|levels?|band|interval) (?:is|are|counts? as|would be)"
     rf" (?:considered "
     rf"|regarded as |taken as |called )?normal (?:for|of|in) {_OF_WHAT}", _NORM),
    (rf"what (?:is|are) (?:the )?normal (?:limits|values?|numbers?|levels?|interval|span) (?:for|of|in)"
     rf" {_OF_WHAT}", _NORM),
    (rf"(?P<n>{_N}) percent\b", r"\g<n>%"),
    ("≥ ?", "at least "),
    ("≤ ?", "at most "),
    (r"(?:greater|more|higher|larger|bigger) than or (?:equal to|equals?|the same as) ", "at least "),
    (r"(?:less|lower|fewer|smaller) than or (?:equal to|equals?|the same as) ", "at most "),
    (r"(?:equal to|exactly|at) or (?:above|over|greater than|more than|higher than|exceeding|beyond) ", "at least "),
    (r"(?:equal to|exactly|at) or (?:below|under|less than|lower than|fewer than) ", "at most "),
    (r"(?:no|not) (?:less|lower|smaller|fewer|below|under)(?: than)? (?=\d)", "at least "),
    (r"(?:no|not) (?:more|higher|greater|larger|above|over|beyond|exceeding)(?: than)? (?=\d)", "at most "),
    (r"(?:a )?minimum of (?=\d)", "at least "),
    (r"(?:a )?maximum of (?=\d)", "at most "),
    (r"(?:in excess|north) of (?=\d)", "above "),
    (r"south of (?=\d)", "below "),
    (rf"(?:{_REACHED} )?{_LIMIT} ?(?:\+(?!\d)|(?:or|and) {_MORE}(?!"
     rf" than)\b)(?! {COUNTED_IN})",
     r"at least \g<n>\g<u>"),
    (rf"(?:{_REACHED} )?{_LIMIT} ?(?:or|and) {_LESS}(?! than)\b(?! {COUNTED_IN})",
     r"at most \g<n>\g<u>"),
    (rf"(?<!outside )(?<!outside the )(?<!outside of ){_INTO} {_TWO}{_NO_SPAN}(?: {_BAND}\b)?",
     r"between \g<low> and \g<high>\g<u>"),
    (rf"(?<!outside )(?<!outside the )(?<!outside of )(?:(?:the|of|a) )?{_TWO} {_BAND}\b",
     r"between \g<low> and \g<high>\g<u>"),
    (rf"(?P<of>C\d+(?: (?:values?|readings?|results?|levels?|measurements?))?) (?:of |at )?{_TWO}(?= ?(?:[:?,;|]|$))",
     r"\g<of> between \g<low> and \g<high>\g<u>"),
)  # fmt: skip
"""In turn: what is equal or beyond, a number with what lies beyond it, two numbers with what lies between them."""
_FALLS = re.compile(
    r"\b(?:fall|fell|lie|lay|land|sit|sat|rang)(?:s|ed|en|ing|ting|e|es)?"
    r" (?=(?:between|within|inside|outside|under|above|below|over|at least|at most)"
    r"(?: (?:the|a))?(?: range)?(?: of)? ?\d)|(?<=values )(?:fall|fell) (?=in\b)",
    re.IGNORECASE,
)
"""Verbs of where a number lies, one of which a problem has for its name."""
_ROWS = tuple((re.compile(rf"(?<![\w/.])(?:{pattern})"), written) for pattern, written in LIMITS)


def name_limits(text: str) -> str:
    """A question without the verbs by which a number lies somewhere; before names are looked for.

    >>> name_limits("How many values fall between 3 and 4?"), name_limits("Did she fall in 2019?")
    ('How many values between 3 and 4?', 'Did she fall in 2019?')
    """
    return _FALLS.sub("", text)


def write_limits(text: str) -> str:
    """A text whose limits are said plainly.

    >>> write_limits("C0 of 120 or more on how many occasions?"), write_limits("how many C0 with C1 ≥ 130?")
    ('C0 at least 120 on how many occasions?', 'how many C0 with C1 at least 130?')
    >>> write_limits("C0 readings in the 4.5 to 5 band?"), write_limits("C0 within 95-110: how many times?")
    ('C0 readings between 4.5 and 5?', 'C0 between 95 and 110: how many times?')
    >>> write_limits("C0 trend from 2014 to 2020"), write_limits("outside 70 to 100"), write_limits("in 2 to 3 days")
    ('C0 trend from 2014 to 2020', 'outside 70 to 100', 'in 2 to 3 days')
    """
    for pattern, written in _ROWS:
        text = pattern.sub(written, text)
    return text
