"""Lasting: that a problem was there on a day, how long it went on, that it is new; as plain questions say it.

A table of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

_HIS = r"(?:(?:the|my|his|her|their|an?|this|that) )?"
_I = r"(?:i|he|she|we|they|(?:the )?patient)"
_ME = r"(?:me|him|her|them|us|(?:the )?patient)"
_THEY = r"(?:they|we|you|(?:(?:the|my|his|her|a|our) )?(?:doctors?|physicians?|docs?|team|clinic|hospital))"
_UNITS = r"(?:hours|days|weeks|months|years)"
_BEGUN = r"(?:onset|start|beginning|diagnosis|first day)(?: (?:date|day))?"
_ENDED = r"(?:resolution|end|abatement|recovery|last day|resolved)(?: (?:date|day))?"
_OVER = (
    r"(?:(?:was|were|had|is|got|has) )?(?:to )?(?:be )?(?:fully |completely )?(?:resolved?|over|gone|heal(?:ed)?"
    r"|clear(?:ed)?(?: up)?|went away|go away|better|recovered from|behind (?:me|him|her))"
)
_NAME = rf"{_HIS}C\d+"
_ANY = (
    rf"{_HIS}(?:C\d+|(?!(?:the|my|his|her|their|it|that|this|he|she|i|patient)\b)[a-z][\w-]+(?: [a-z][\w-]+){{0,3}}?)"
)
"""A name of the chart's, or one that the chart does not hold so."""
_HOW = rf"how (?P<long>long|many {_UNITS})"
_PRESENT = r"(?:present|there|active|positive|on|ongoing|current|in effect)"
_ABSENT = r"(?:not|absent|inactive|negative|off|gone|resolved|not present|not active|over)"
_TOUCHED = r"(?:affect|bother|trouble|afflict|plague|hit|strike|ail|hurt|pain)"
_LIST = (
    r"(?:(?:problem|diagnos[ie]s|condition|medication|med|drug|allergy|vaccine|immunization) )?"
    r"(?:list|chart|records?|file)"
)
_ADDED = r"(?:added|put|placed|entered|written|noted(?: down)?|recorded|made)"
_KINDS = (
    r"(?P<kind>conditions|problems|diagnoses|allergies|medications|medicines|meds|drugs|vaccines|vaccinations"
    r"|procedures)"
)
LASTING: tuple[tuple[str, str], ...] = (
    (r",? ?\b(?:going|judging|judged|counting|telling) by (?:(?:the|its|their) )?(?:onset|start|diagnosis)(?: dates?)?"
     r" (?:and|to) (?:resolution|end|abatement|resolved)(?: dates?)?\b", ""),
    (rf"\b(?:{_THEY} (?:told|informed|notified) {_ME} (?:that )?|(?<!patient )(?:{_I}|it) (?:was|were|got) (?:told"
     rf"|informed|notified)"
     rf" (?:that )?|{_THEY} (?:said|found(?: out)?|decided|figured out) (?:that )?){_I} (?:had|have|has)(?: got)?"
     r" (?!(?:a |an |the |my |his |her )?(?:visit|test|scan|appointment|surgery|shot|to|been|no)\b)(?=[a-zC])",
     "patient was diagnosed with "),
    (rf"\bdid (?P<what>{_ANY}) (?:ever |still )?{_TOUCHED} {_ME}\b", r"did patient have \g<what>"),
    (rf"\b(?:was|were|is|been) {_I} (?:ever |still )?(?:affected|bothered|troubled|afflicted|plagued) by"
     r" (?=(?:an? |the )?C\d)", "did patient have "),
    (r"\bstill going on,? or going on at all,?(?= )|\bgoing on at all,?(?= )|\b(?:still )?(?:going on|under ?way|around"
     r"|a problem|an issue)(?=,? (?:on|in|at|as of|during) (?:the )?(?:\w+ )?\d)", "active"),
    (rf",? ?(?:: ?)?{_PRESENT} \(yes\),? or {_ABSENT} \(no\)", ", yes or no"),
    (rf"(?:: ?|, ?){_PRESENT},? or {_ABSENT}(?=[ ?.!]*$)", ", yes or no"),
    (rf"^(?P<what>[^?:]+): ?{_PRESENT},? or {_ABSENT} (?P<on>(?:on|in|at|as of|during) [^?]*?)(?=[ ?.!]*$)",
     r"whether \g<what> active \g<on>"),
    (rf"^(?:the )?status of (?P<what>(?!{_HIS}(?:last|first|latest)\b)[^?:]{{2,60}}?) (?P<on>(?:on|in|at|as of"
     rf"|during) [^?]*?)"
     r"(?P<yes>,? yes or no)", r"\g<what> active \g<on>\g<yes>"),
    (rf"\b{_HOW} (?:was it |did it take |passed |went by |did {_I} have to wait )?(?:until|till|before|for)"
     rf" (?P<what>{_ANY})"
     rf" {_OVER}(?=[ ?.!]*$)", r"how \g<long> did \g<what> last"),
    (rf"^(?P<what>{_ANY})(?:[:,;]| -) ?(?:from )?{_BEGUN} (?:to|until|through|till) {_ENDED}[:,]? ?{_HOW}(?=[ ?.!]*$)",
     r"how \g<long> did \g<what> last"),
    (rf"\b(?:days|weeks|months|time) (?:from|between) (?P<what>{_NAME}) {_BEGUN} (?:to|until|and) (?:its )?{_ENDED}",
     r"how many days did \g<what> last"),
    (rf"\bfrom (?P<one>{_BEGUN}) (?:to|until|through|till) {_ENDED},? (?={_HOW.replace('?P<long>', '?:')})", ""),
    (rf"\b{_HOW}(?: (?:was|were) (?:it|there))? (?:from|between) (?:the )?{_BEGUN} (?:to|until|through|and) (?:the"
     rf" )?{_ENDED}"
     rf" of (?P<what>{_ANY})", r"how \g<long> did \g<what> last"),
    (rf"^(?P<what>{_NAME})(?:[:,;]| -) ?{_HOW}(?: did (?:it|that) (?:last|go on|take))?(?=[ ?.!]*$)",
     r"how \g<long> did \g<what> last"),
    (rf"\bwhat (?:was|were|is|got|has been|have been) (?:newly |most recently |last )?{_ADDED} (?:to|on|in|into"
     rf"|onto) {_HIS}"
     rf"(?:list|record) of {_KINDS}", r"which of the \g<kind> was recorded"),
    (rf"\bwhat (?:was|were|is|got|has been|have been) (?P<most>(?:newly |most recently |last )?){_ADDED} (?:to|on|in"
     rf"|into|onto)"
     r" (?:(?:the|my|his|her) )?problem list", r"which of the diagnoses was \g<most>recorded"),
    (rf"\b{_ADDED} (?:to|on|in|into|onto) {_HIS}{_LIST}\b", "recorded"),
    (r"\b(?:added|entered|logged)(?=[ ?.!]*$| (?:on|in|since|before|after|last|most recently)\b)", "recorded"),
    (rf"^(?P<one>[^:?]*?C\d+[^:?]*?) (?:to|->|→|until) (?P<other>[^:?]*?C\d+[^:?]*?)(?:[:;,]| -) ?(?:how many )?"
     rf"(?:in )?(?P<unit>{_UNITS})(?=[ ?.!]*$)", r"how many \g<unit> from \g<one> to \g<other>"),
    (r"\b(?P<which>latest|last|most recent|newest) new\b|\bnew(?:est|ly)? (?P<again>latest|last|most recent)\b",
     r"\g<which>\g<again>"),
)  # fmt: skip
"""Tried behind the short forms; names of the chart stand as C0, C1 …"""
