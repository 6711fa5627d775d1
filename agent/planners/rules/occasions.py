"""Occasions: which of several times is meant, where a clause says it ("the second time I was in hospital").

Tables of wordings by class, written out as everyday wording is. Knows nothing of what a chart holds.
"""

from __future__ import annotations

from agent.planners.rules.inflection import verbs
from agent.planners.rules.places import FIRST, LAST, ORDINALS

_WHICH = rf"(?P<which>(?:very )?(?:{FIRST}|{LAST}|{'|'.join(word for word, n in ORDINALS.items() if n > 1)}))"
_WHO = r"(?:i|we|he|she|they|you|it|(?:the )?(?:patient|nurse|doctor|lab|clinic)|anyone|anybody|someone|somebody)"
_WAS = r"(?:(?:ever|was|were|got|had|have|has|did|actually|went|came|ended|landed|wound|up|stayed|spent) )*"
_PLACE = r"(?P<place>hospital|icu|intensive care(?: unit)?|ed|er|emergency (?:room|department))"
_CHECKED = verbs(
    "look, look at, check, check on, measure, take, draw, test, run, do, record, read, get, monitor, sample,"
    " assess, obtain, collect"
)
_AGO = r"(?:years|ages|decades|months|a (?:long|very long) (?:time|while)|a while|way back|long|forever)"
_BACK = r"(?:(?:right|all the way|way|clear|as far) )*back(?: (?:right|all the way))?"
_START = r"(?:the )?(?:very )?(?:start|beginning|outset|first)"
OCCASIONS: tuple[tuple[str, str], ...] = (
    (rf",? ?(?:even|albeit|if only|be it|whether|no matter)(?: if| just| only)?(?: it was| that was)?"
     rf"(?: (?:many|some|several|a few|lots of))* {_AGO}(?: (?:ago|back|before|past|in the past))?(?=[ ?.,!]*$|,)", ""),
    (rf"^(?:(?:if (?:we|i|you) )?(?:go|going|look|looking|think|thinking|starting),? )?{_BACK} (?:to|at"
     rf"|from) {_START}, "
     r"(?=.*\b(?:first|earliest|initial)\b)", ""),
    (rf"^(?P<time>the {_WHICH} (?:time|occasion|day) [^,?]+?),? ?(?:[-–—:]+ )?(?:when|on (?:what|which) (?:day|date)"
     r"|what (?:day|date|time)) (?:was|is) (?:that|it)(?=[ ?.!]*$)", r"when was \g<time>"),
    (rf"(?<!was )(?<!were )(?<!is )(?<!when )(?<!what )(?<!ago )\bthe {_WHICH} time (?:that )?{_WHO} {_WAS}"
     rf"(?:in|to|into|at|inside) (?:the |an? )?{_PLACE}(?! (?:on|in|during|for)\b)", r"during the \g<which>"
     r" \g<place> stay"),
    (rf"(?<!was )(?<!were )(?<!is )(?<!when )\bthe {_WHICH} time (?:that )?{_WHO} (?:(?:ever|was|were|got|has|have|had"
     r"|been) )*(?:admitted|hospitali[sz]ed|an inpatient)(?! (?:on|in|during|for|to)\b)",
     r"during the \g<which> hospital stay"),
    (rf"(?<=[a-zC\d] )(?<!was )(?<!were )(?<!is )(?<!when )the {_WHICH} (?:time|day|occasion) (?:that )?{_WHO}"
     rf"(?: (?:ever|was|were|got|has|have|had|been|actually))* {_CHECKED}(?: (?:it|that|this))?(?: (?:checked|done"
     r"|measured|taken|drawn|tested))?(?=[ ?.!,]*$)", r"on the \g<which> occasion"),
    (r"^(?P<asked>(?:what|how)(?: \w+)? (?:was|were|is|did|does"
     r"|had)\b[^?]*?(?<! the)(?<! my)(?<! his)(?<! her)(?<! their)) "
     r"(?P<which>last|first) time(?=[ ?.!]*$)", r"\g<asked> on the \g<which> occasion"),
    (r"^(?:in )?(?P<year>(?:19|20|21|22|23)\d\d) ?[:-] ?(?P<asked>(?!(?:what|when|how|which|who|where|why|and|to"
     r"|\d)\b)[^?]+?)"
     r"(?P<tail>[,;:-]* ?\b(?:yes or no|yes/no|y/n|true or false))?(?=[ ?.!]*$)", r"\g<asked> in \g<year>\g<tail>"),
)  # fmt: skip
"""Tried behind the plain verbs; names of the chart stand as C0, C1 …"""
