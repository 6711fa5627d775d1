"""Time forms: spans of years, a year told first, "that year", from the first check to the last, written out plainly.

Tables of wordings by class, for text in small letters whose names are marked (`C0`). Knows nothing of a chart.
"""

from __future__ import annotations

import re

from agent.planners.rules.compiled import compiled

_YEAR = r"(?:1[89]|2[0-3])\d\d"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_POINT = rf"(?:(?:{_MONTH},? )?{_YEAR}|(?:\d{{1,2}}/)?\d{{1,2}}/{_YEAR})"
_ITS = r"(?:(?:the|my|his|her|their|its|very) )*"
_CHECK = r"(?: (?:one|check|values?|readings?|results?|measurements?|tests?|levels?|numbers?|time|draw))?"
_LAST = r"(?:last|latest|final|most recent)"
_MOVES = re.compile(
    r"\b(?:chang\w*|differ\w*|mov(?:e|ed|es|ing)|shift\w*|delta|rise|rose|risen|fall|fell|fallen|increas\w*|decreas\w*"
    r"|go|went|gone|drop\w*|climb\w*|gain\w*|lose|lost|trend\w*|direction)\b"
)
_TIMED = re.compile(
    r"\b(?:how long|how much time|interval|(?:day|week|month|year|hour)s (?:between|from|apart|passed))\b"
)
_ENDS = re.compile(
    rf",? ?\b(?:from|between|comparing|of) {_ITS}first{_CHECK}(?P<when> (?:in|of|from|during) {_YEAR})?"
    rf" (?:to|and|until|with|against) {_ITS}{_LAST}{_CHECK}(?! C\d)"
)
"""From the first to the last of a time, which is what a change is."""
_AGAINST = re.compile(
    rf"^(?P<ask>(?:(?!C\d)[^?])*?){_ITS}first{_CHECK} (?:vs\.?|versus|to|and|against|compared (?:to|with))"
    rf" {_ITS}{_LAST}"
    r"(?P<what> [^?]*?),?:? (?:the )?(?:difference|change|delta)(?=[ ?.!]*$)"
)
_THAT_YEAR = re.compile(r",? (?:(?:in|of|during|for|over|within) )?(?:that|the same) (?:same )?year\b")
TIME_FORMS: tuple[tuple[str, str], ...] = (
    (rf"\b(?:from|between) (?:the )?(?:very )?(?:start|beginning|first day) of (?P<a>{_POINT}) (?:to|until|till"
     rf"|through|and)"
     rf" (?:the )?(?:very )?(?:end|last day) of (?P<b>{_POINT})", r"from \g<a> to \g<b>"),
    (r"(?<=\d\d\d\d),? \(?inclusive(?:ly)?\)?", ""),
    (rf"(?<![\d/.-])\b(?:(?:over|across|during|in|for|from|within|throughout|between) )?(?:the )?(?:years "
     rf"|period |time )?"
     rf"(?:from )?(?P<a>{_POINT}) ?(?:-|–|—|to|through|thru|until|till) ?(?P<b>{_POINT})(?![\d/-])",
     r"from \g<a> to \g<b>"),
    (rf"\b(?:over|during|in|throughout|within) the (?:whole |entire |full )?(?:course|span|period) of (?=(?:the )?"
     rf"(?:{_YEAR}|last|past|this|year|stay|admission))", "in "),
    (rf"^(?:(?:going|looking|thinking|turning|to go) (?:all the way )?(?:back )?to|back in) (?P<year>{_YEAR})"
     r" ?[:,;-]+ ?(?P<asked>[^?]+)", r"\g<asked> in \g<year>"),
    (r"\b(?:net|overall|total) (?=(?:change|difference|movement|rise|fall|increase|decrease|gain|loss)\b)", ""),
    (r"\bdirection (?=of\b)", "trend "),
    (r"\baveraged(?: out)?(?: (?:over|across|for|from|of) (?:all|every|each)(?: the| of the)?(?: (?:readings?|values?"
     r"|results?|measurements?))?)?\b", "average"),
)  # fmt: skip


def write_times(text: str) -> str:
    """A text whose times and courses are said plainly.

    >>> write_times("c0 trend 2014-2020"), write_times("did C0 trend up over 2013 to 2020?")
    ('c0 trend from 2014 to 2020', 'did C0 trend up from 2013 to 2020?')
    >>> write_times("going back to 2012: which C0 did i have that year?")
    'which C0 did i have in 2012?'
    >>> write_times("how far did C0 move from the first check in 2016 to the last one that year?")
    'how far did C0 move in 2016?'
    >>> write_times("first vs last C0 in 2014, difference?"), write_times("on 2014-05-06")
    ('change of C0 in 2014?', 'on 2014-05-06')
    """
    for pattern, written in TIME_FORMS:
        text = compiled(pattern).sub(written, text)
    text = _AGAINST.sub(lambda m: f"{m['ask']}change of{m['what']}", text)
    if _MOVES.search(text) and not _TIMED.search(text):
        text = _ENDS.sub(lambda m: m["when"] or "", text)
    return _without_that_year(text)


def _without_that_year(text: str) -> str:
    """A text without "that year" where the one year it can mean is named before."""
    pointed = _THAT_YEAR.search(text)
    years = {*re.findall(rf"\b{_YEAR}\b", text)}
    named_first = pointed is not None and re.search(_YEAR, text[: pointed.start()])
    if pointed is None or len(years) != 1:
        return text
    left = f"{text[: pointed.start()]}{text[pointed.end() :]}"
    return left if named_first or re.search(rf"\b{_YEAR}[ ?.!]*$", text) else text
