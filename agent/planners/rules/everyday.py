"""Everyday wording: short forms, tags and negative questions, written out as the question they ask.

Tables of wordings by class. What is asked stays the same; the readers that come after need to know only the long form.
"""

from __future__ import annotations

import re

from agent.planners.rules.bounds import write_bounds
from agent.planners.rules.coming import COMING
from agent.planners.rules.compiled import compiled
from agent.planners.rules.extents import EXTENTS
from agent.planners.rules.lasting import LASTING
from agent.planners.rules.lexicon import REPORT
from agent.planners.rules.limits import write_limits
from agent.planners.rules.occasions import OCCASIONS
from agent.planners.rules.plain_verbs import PLAIN_VERBS
from agent.planners.rules.planned import PLANNED
from agent.planners.rules.problems import WORDED
from agent.planners.rules.registered import REGISTERED
from agent.planners.rules.sent_to import SENT_TO
from agent.planners.rules.shorthand import SHORTHAND
from agent.planners.rules.sigs import SIGS
from agent.planners.rules.spoken import SPOKEN
from agent.planners.rules.standing import STANDING
from agent.planners.rules.states import STATES_ASKED
from agent.planners.rules.staying import STAYING
from agent.planners.rules.terse import write_whole
from agent.planners.rules.time_forms import write_times
from agent.planners.rules.trends import TRENDS
from tools.concepts.body_parts import PAIRED

SUBJECT = r"(?:i|he|she|it|they|we|there|(?:the )?patient)"
_AUX = r"(?:is|are|was|were|does|do|did|has|have|had|will|would|can|could)"
_HIS = r"(?:(?:his|her|my|their|the|an?) )?"
_WAS = rf"(?:(?:was|is|were|got|did|had|has|have) )(?:{SUBJECT} )?(?:been |get |have )?"
_EACH = r"(?:(?:any|his|her|my|their|the|an?|of|last) )*"
_DOSED = r"(?P<drug>(?:[\w/.-]+ ){0,5}?[\w/.-]+)"
_GOT = rf"(?:did|has) {SUBJECT} (?:get|gotten|had|have|receive|take|taken)"
_AT_WHEN = rf"\b(?P<when>when|how long ago) (?:was|{_GOT}) {_HIS}"
_GIVEN = r"(?: (?:given|administered|received|taken))?(?=\s*[?.!]*$|,| (?:during|in|on|before|after|since)\b)"
_PART = (
    r"(?P<part>ankle|arm|back|clavicle|collarbone|elbow|femur|finger|foot|hand|hip|jaw|knee|leg|neck|nose|rib|shoulder"
    r"|skull|spine|thumb|toe|wrist)s?"
)
_DOCTOR = r"(?:(?:my|the|his|her|their|an?|any) )?(?:doctors?|physicians?|providers?|nurses?|clinicians?)"
_WISHED = r"(?:decide[ds]?|say|said|tell|told|want(?:ed)?|instruct(?:ed)?|advise[ds]?|ask(?:ed)?)"
_TO_TAKE = rf"(?: (?:that|{SUBJECT}|me|him|her|them|to|should|must|ought|needed|needs?|had|has|have))+ (?:take|use)"
_SHORT: tuple[tuple[str, str], ...] = (
    (rf"^(?P<aux>was|were|did|has|have) (?P<who>{SUBJECT}) (?P<ever>(?:been |ever |then )*)"
     r"(?:sent|go|gone|went|released|allowed|discharged) home\b", r"\g<aux> \g<who> \g<ever>discharged to home"),
    (r"\bw/o\b", "without"),
    (r"\bw/ ?(?=\w)", "with "),
    (r"\bb/c\b", "because"),
    (r"\bavg\b", "average"),
    (r"#(?: of\b)? ?(?=[a-z])", "number of "),
    (r"\bpt(?='?s? (?:is|was|has|have|had|on|in|with|ever|still|currently|allerg|take|get|smoke|drink|need|been|meds?))"
     r"|(?<=\bthe )pt\b|(?<=\bthis )pt\b|(?<=\bis )pt\b|(?<=\bdoes )pt\b|(?<=\bdid )pt\b|(?<=\bhas )pt\b"
     r"|(?<=\bwas )pt\b", "patient"),
    (r"\bp(?:ast )?m(?:edical )?hx?\b|\bpast medical (?:history|hx)\b", "conditions"),
    (r"\bp(?:ast )?s(?:urgical )?h(?:x|istory)\b|\bpsh\b|\bsurgical (?:hx|history)\b", "surgeries"),
    (r"\bf(?:am(?:ily)?)? ?hx\b", "family history"),
    (r"\b(?:h/o|hx of|s/p|status post)\b", "history of"),
    (r"\bhx\b", "history"),
    (r"\bc/o\b", "complaint of"),
    (r"\bdx'?e?d\b", "diagnosed"),
    (r"\bdx\b", "diagnosis"),
    (r"\brx'?e?d\b", "prescribed"),
    (r"\brx\b", "prescriptions"),
    (r"\btx'?e?d\b", "treated"),
    (r"\btx\b", "treatment"),
    (r"\bsx\b", "symptoms"),
    (r"\bbx\b", "biopsy"),
    (r"\babx\b", "antibiotics"),
    (r"\bappts?\b", "appointment"),
    (r"\b(?:pls|plz|asap|thx|ty)\b", "please"),
    (r"\brn(?=[ ?.!]*$)", "right now"),
    (r"\byrs?\b", "years"),
    (r"\bwks?\b", "weeks"),
    (r"\bvax\b", "vaccine"),
    (r"\bprev\b", "previous"),
    (r"\bnkd?a\b|\bno known (?:drug )?allergies\b", "drug allergies"),
)  # fmt: skip
_PLAIN: tuple[tuple[str, str], ...] = (
    (r"\b(?P<was>was|were|been|got) (?:newly |recently )?added(?= (?:since|in|after|before|on|during|at|last|this)\b"
     r"|[ ?.!]*$)", r"\g<was> started"),
    (r"\b(?:any|some)(?:one|body)(?: else)? in (?:(?:the|his|her|my|their) )?(?:immediate |close )?family\b",
     "relatives"),
    (r"^(?P<aux>is|was) (?P<why>(?!there\b|it\b)[^,?]+?) (?:the|an?|his|her|my|their) (?:indication|reason)"
     r"(?: for| why| that| behind)?(?: (?:i|he|she|they|patient) (?:was|were|is|am|got))? (?P<what>[^?]+)",
     r"was \g<what> prescribed for \g<why>"),
    (r"\bwith (?P<why>C\d+|(?:[\w-]+ ){0,4}?[\w-]+) as (?:the |an? |its |their )?(?:indication|reason)\b",
     r"for \g<why>"),
    (r"\bbaseline\b(?=.*\b(?:first|earliest|initial)\b)", ""),
    (r"\b(?P<verb>come|came|comes|coming|go|going|went|get|got|look|looking|dating|far) back\b", r"\g<verb>"),
    (r"\bback (?=(?:in|on|from|to|at|then)\b)", ""),
    (r"\bsent home\b", "discharged"),
    (rf"{_AT_WHEN}first dose of {_DOSED}{_GIVEN}", r"\g<when> was \g<drug> first given"),
    (rf"{_AT_WHEN}first {_DOSED} dose{_GIVEN}", r"\g<when> was \g<drug> first given"),
    (rf"{_AT_WHEN}(?:most recent|last|latest) dose of {_DOSED}{_GIVEN}", r"\g<when> was \g<drug> last given"),
    (rf"{_AT_WHEN}(?:most recent|last|latest) {_DOSED} dose{_GIVEN}", r"\g<when> was \g<drug> last given"),
    (r"\blos\b", "length of stay"),
    (rf"\b(?:in |to |on |at )?(?:which|what) (?:icu|intensive care(?: unit)?) (?:(?:did|was|were) {SUBJECT})"
     r"(?: (?:stay|go|end up|in|admitted|treated|cared for|placed|taken|sent))?(?: (?:in|to))?(?=,? |[ ?.!]*$)",
     "what unit during the icu stay"),
    (r"\b(?:(?:which|what)(?: was)?|name(?: of)?)(?: the)? (?:icu|intensive care)(?: unit)?"
     r"(?= (?:of|for|during|in|was|did|were|had)\b.*\b(?:icu|intensive care)\b)",
     "what unit"),
    (r"\b(?:precede[sd]?|predate[sd]?|antedate[sd]?"
     r"|(?:c[ao]mes?|happen(?:ed)?|occur(?:red)?) (?:earlier than|before))\b",
     "before"),
    (r"\b(?:come|came|comes|happen(?:ed)?|occur(?:red)?) (?:later than|after)\b", "after"),
    (r"\bwhich way (?:a?round )?(?:was|is) it\b[:,]?", ""),
    (r"\bat any (?:time|point)(?! (?:since|after|before|in|during|between))\b", "ever"),
    (r"\b(?:went|go|gone|left|leave) (?:home|(?:the )?hospital) (?=(?:on|with)\b)", "discharged "),
    (r"\bpass(?:ed|es|ing)? away\b", "died"),
    (r"\bdid " + SUBJECT + r" die (?:of|from)\b|\b(?:died?|killed) (?:of|from)\b|\bdeath cause\b", "<cause of death>"),
    (r"\b(?:dnr|do not resuscitate) (?:status|order)\b", "<dnr>"),
    (r"\b(?:code|resuscitation) status\b", "<code status>"),
    (r"\bdischarge (?P<what>diagnos[ei]s)(?=.*\b(?:stay|admission|visit|hospitali[sz]ation)\b)", r"\g<what>"),
    (r"\bdischarge (?P<what>diagnos[ei]s)\b", r"\g<what> of the last hospital stay"),
    (r"\b(?:break|broke|broken|fractured?) " + _HIS + _PART + r"\b", r"have <fracture of \g<part>>"),
    (_HIS + _PART + r" (?:(?:was|is|were|get|got|been) )?(?:broken|fractured)\b", r"<fracture of \g<part>>"),
    (r"\bsprain(?:ed)? (?:his|her|my|their|the|an?) " + _PART + r"\b", r"have <sprain of \g<part>>"),
    (r"\bsprained " + _PART + r"\b", r"<sprain of \g<part>>"),
    (rf"\b(?P<which>which|what) bones? {_WAS}(?:broken?|break|fractured?)\b", r"\g<which> was the <fracture>"),
    (rf"\b(?:which|what) (?P<part>{PAIRED})s? {_WAS}replaced\b", r"on which side was the <\g<part> replacement>"),
    (rf"\b(?:which|what) (?P<part>{PAIRED})s? {_WAS}(?:broken?|break|fractured?)\b",
     r"on which side was the <fracture of \g<part>>"),
    (rf"\b(?:which|what) (?P<part>{PAIRED})s? {_WAS}"
     r"(?:operated(?: on)?|(?:have )?(?:an? )?(?:surgery|operation)(?: on)?)\b",
     r"on which side was the surgery at-\g<part>"),
    (rf"\b(?:which|what) (?P<part>{PAIRED})s? (?:has|had|have|is|was) (?:the |an? )?(?=[a-z])",
     r"on which side at-\g<part> was the "),
    (r"\b(?P<side>(?:which|what) side) (?P<what>.+?) on(?=[ ?.!]*$)", r"on \g<side> \g<what>"),
    (rf"\b(?:is|was|were) (?P<what>[^?]*?),? (?:in |on |of |at )?{_HIS}(?:left or {_HIS}right|right or {_HIS}left)"
     rf"(?: (?:one|side|{PAIRED}))?\b", r"on which side was \g<what>"),
    (r"\bspecimen tests?\b", "specimen of the microbiology test"),
    (r"\bpositive (?P<of>(?:[\w-]+ ){0,2}?cultures?)\b", r"\g<of> that grew an organism"),
    (r"\bappendix (?:taken |come |came )?(?:out|removed)\b", "<appendectomy>"),
    (r"\bgall ?bladder (?:taken |come |came )?(?:out|removed)\b", "<cholecystectomy>"),
    (r"\btonsils (?:taken |come |came )?(?:out|removed)\b", "<tonsillectomy>"),
    (r"\bwisdom (?:tooth|teeth) (?:taken |come |came |pulled )?(?:out|removed|extracted)\b",
     "<extraction of wisdom tooth>"),
    (rf"\b(?:has|have|had|did|does) {_DOCTOR} (?:ever )?{_WISHED}{_TO_TAKE}\b", "was patient prescribed"),
    (rf"\b(?:that )?{_DOCTOR} (?:ever )?{_WISHED}{_TO_TAKE}\b", "was prescribed"),
    (rf"\b(?P<who>(?:was|were|am|is|are) {SUBJECT}) (?:told|instructed|advised|supposed|directed|asked) to (?:take"
     r"|use)\b", r"\g<who> prescribed"),
    (r"\bshould (?:i|we) (?:look (?:for|at|up|under)|check|search(?: for)?|expect(?: to (?:see|find))?|find"
     r"|see)\b", ""),
    (r"\b(?:taken|pulled) out\b", "removed"),
    (r"\b(?:taken in|checked in|brought in|put in)(?:to)? (?:(?:as|to|into|the|a|an) )*(?:hospital (?:in)?patient"
     r"|(?:in)?patient|hospital)\b", "admitted to hospital"),
    (r"(?:^|(?<=[|,] )|(?<=please ))(?:document|note|record|chart|log)(?: down)?"
     r"(?= (?:the|how|when|what|which|all|any|each|every|if|whether|patient|my|his|her|their)\b)", "list"),
    (r"\b(?:give|gives|gave|given|giving) birth\b", "had <childbirth>"),
    (r"\bhow long did (" + SUBJECT + r") stay\b", r"how long was \1 in hospital"),
    (r"\b(?:go|goes|went|gone|get|got|come|came) home\b(?! (?:med|on|with|address))", "discharged"),
    (r"\bhow tall (?:is|was|am|are|were)\b", "what is the <height> of"),
    (r"\b(?:uterus|womb) (?:taken )?(?:out|removed)\b", "<hysterectomy>"),
    (r"\b(?:at )?(?:an? )?(?:high |increased )?risks? (?:of|for) (?:an? )?(?:falls?|falling)\b"
     r"|\bfall(?:s|ing)? risks?\b|\blikely to fall\b", "<fall risk>"),
    (r"\b(?:drinks?|drinking|drank)(?: (?:any )?(?:alcohol|beer|wine|liquor))?\b(?! (?:water|fluids?|coffee|tea|milk))"
     r"|\b(?:heavy |problem )?drinker\b|\bdrinking problems?\b|\balcohol (?:problems?|use|intake"
     r"|habits?)\b", "<alcohol>"),
    (r"\bdrug (?:problems?|use|abuse|addictions?|misuse|habits?|dependenc[ey])\b|\bdrug (?:addict|abuser|user)\b"
     r"|\b(?:us(?:e|es|ed|ing)|doing|abus\w+|misus\w+) (?:any )?(?:(?:illicit|recreational|street|illegal) )?drugs\b"
     r"(?! for)|\b(?:illicit|recreational|street|illegal) drugs?(?: use| abuse)?\b"
     r"|\bsubstance (?:abuse|use|misuse)(?: problems?)?\b", "<drug abuse> or <drug misuse>"),
    (r"\b(?:go|went|gone|been|going|come|came) (?:in )?to (?:see )?(?:the|a|his|her|my|their) (?:doctors?"
     r"|physician|clinic"
     r"|gp|pcp|doc|provider)(?: office)?\b|\b(?:see|saw) (?:the|a|his|her|my|their) (?:doctor|physician|gp|pcp|doc)\b"
     r"|(?:(?<=\bhe )|(?<=she )|(?<=\bi )|(?<=patient ))(?:come|came|been) in\b(?! (?:through|via|from|by)\b)",
     "have visit"),
    (r"\b(?:fill(?:ed|s)? (?:in|out)|answer(?:ed|s)?)(?= (?:[\w-]+ ){0,9}(?:questionnaire|survey))", ""),
    (r"\b(?:total )?score(?= (?:[\w-]+ ){0,5}(?:questionnaire|survey))", "<score>"),
    (r"\b(?:doctor|clinic|office)(?:s|'s)? visits?\b", "visit"),
    (r"\b(?:doctor|clinic|office)(?:s|'s)? (?P<booked>appointments?)\b", r"\g<booked>"),
    (r"\b(?:next|soonest) (?P<sort>(?:[\w-]+ ){0,2})(?:appointments?|visits?)\b",
     r"first upcoming \g<sort>appointment"),
    (r"\b(?:future|scheduled|booked|planned|pending) (?P<sort>(?:[\w-]+ ){0,2})appointments?\b",
     r"upcoming \g<sort>appointments"),
    (r"\bappointments? (?P<who>(?:[\w-]+ ){0,4})(?:booked|scheduled|planned|coming up)\b",
     r"upcoming appointments \g<who>"),
    (rf"\b(?:miss(?:ed)?|skip(?:ped)?|did not (?:show up|keep|attend|make|turn up)(?: (?:for|to))?) {_EACH}"
     r"(?P<sort>(?:[\w-]+ ){0,2}?)appointments?\b", r"have no-show \g<sort>appointments"),
    (r"\bappointments? (?P<who>(?:[\w-]+ ){0,3})(?:miss(?:ed)?|skip(?:ped)?|not (?:show up|keep|attend))\b"
     r"(?: (?:for|to)\b)?",
     r"no-show appointments \g<who>"),
    (r"\bno[ -]?shows?\b(?! (?:[\w-]+ ){0,2}appointment)", "no-show appointments"),
    (r"\bappointments? (?P<who>(?:[\w-]+ ){0,3})(?P<off>cancell?ed)\b", r"cancelled appointments \g<who>"),
    (r"\b(?:(?:annual|yearly|routine|regular|wellness|well|physical|general|medicare|preventive|periodic"
     r"|well[- ](?:child|baby|woman|man|adult)|health (?:maintenance|check))[ -])+"
     r"(?:exam(?:ination)?s?|check(?:[ -]?up)?s?|physicals?|visits?)\b"
     r"|\bphysicals?(?= ?(?:[?.!]|$)| (?:was|is|date|in|on))|\bcheck[ -]ups?\b", "checkup"),
    (r"\bhow much (?:taller )?(?:has|have|did) (?:he|she|i|patient) (?:grown|grow|got|gotten)\b(?! weight)",
     "how much has the <height> changed"),
    (r"\b(?P<aux>is|was) there (?:an?|any) (?:occasion|time|instance|point)s?\b(?P<scope>[^?]*?) when\b",
     r"whether \g<scope>"),
)  # fmt: skip
"""Everyday verbs and nouns, written as a chart names the thing; a name in angle brackets is a name for certain."""
_TAG = re.compile(
    rf"[ ,]+(?:{_AUX}) (?:not )?{SUBJECT} ?(?:not)?[?. ]*$|[ ,]+(?:right|correct|yes|no|true|or not|huh)[ ]?\?+$", re.I
)
_NEGATED = re.compile(rf"^(?P<lead>(?:(?:so|and|but|then|also|or),? )*)(?P<aux>{_AUX}) not (?P<who>{SUBJECT})\b", re.I)
_TOLD = re.compile(rf"^(?P<lead>(?:(?:so|and|but|then|also|or),? )*)(?P<who>{SUBJECT}) (?=[a-z])", re.I)
_ASKS = re.compile(
    r"\b(?:what|which|when|where|who|whom|whose|why|how|if|whether)\b|^i (?:want|need|would|wonder|was|am|know|think)",
    re.I,
)
_OPENS = re.compile(rf"^(?:(?:so|and|but|please),? )*(?:{_AUX}|can|{'|'.join(sorted(REPORT))})\b", re.I)
"""What asks by itself, so that a tag adds nothing."""
_ANY_MORE = re.compile(r"\bnot (?P<what>.*?) any ?more\b|\bno more (?:on|taking)\b", re.I)


_TABLES = (
    *SHORTHAND, *SENT_TO, *_SHORT, *EXTENTS, *SIGS, *LASTING, *STATES_ASKED, *PLANNED, *STANDING, *REGISTERED,
    *STAYING, *PLAIN_VERBS, *OCCASIONS, *TRENDS, *COMING, *WORDED, *SPOKEN, *_PLAIN,
)  # fmt: skip


def write_out(text: str) -> str:
    """A question without short forms, tags and negations that ask the same as the plain question.

    >>> write_out("he is not on metformin, is he?")
    'whether he is on metformin?'
    >>> write_out("is not she on warfarin?")
    'is she on warfarin?'
    >>> write_out("she never had a colonoscopy?")
    'whether she ever had a colonoscopy?'
    >>> write_out("is pt on aspirin w/o food? hx of gout?")
    'is patient on aspirin without food? history of gout?'
    """
    for pattern, written in _TABLES:
        text = compiled(pattern, re.IGNORECASE).sub(written, text)
    return _ask_plainly(write_whole(write_times(write_limits(write_bounds(" ".join(text.split()))))))


def _ask_plainly(text: str) -> str:
    """Negative and tag questions ask for the same yes or no as the question without the negation."""
    text = _ANY_MORE.sub(lambda m: f"no longer {m['what'] or 'taking'}", text)
    if (negated := _NEGATED.match(text)) is not None:
        return f"{negated['lead']}{negated['aux']} {negated['who']}{text[negated.end() :]}"
    tagged = _TAG.search(text)
    told = _TOLD.match(text)
    if told is None and tagged is not None and not _OPENS.match(text) and not _ASKS.search(text[: tagged.start()]):
        return f"whether {_affirm(text[: tagged.start()])}?"
    if told is None or (tagged is None and (not text.endswith("?") or _ASKS.search(text))):
        return text
    body = text[told.end() : tagged.start() if tagged else None].rstrip(" ?.,")
    return f"{told['lead']}whether {told['who']} {_affirm(body)}?"


def _affirm(told: str) -> str:
    return re.sub(r"\bnever\b", "ever", re.sub(r"\bnot ", "", told, count=1), count=1)
