"""Frames: the words around a question that say that one asks, for whom and on what occasion. Closed classes."""

from __future__ import annotations

import re

from agent.planners.rules import lexicon
from agent.planners.rules.cascade import plain
from agent.planners.rules.yes_or_no import AUX

PEOPLE = frozenset(
    """wife husband spouse partner mother mom mum mama father dad daughter son sister brother aunt uncle cousin family
    parents kids children intern resident attending colleague colleagues team boss pharmacist pharmacy insurer insurance
    lawyer school employer caregiver carer nurse nurses doctor doctors specialist therapist dentist surgeon physician
    student students people friend neighbor neighbour someone somebody anyone anybody nobody everyone clinic ward lab
    relatives
    """.split()  # noqa: SIM905
)
"""Who may want to know."""
HEADS = frozenset(
    """idea ideas clue wonder wonders wondered wondering curious remember remembers remembered recall recalls forget
    forgets forgetting forgot forgotten know knows knowing sure certain ask asks asked asking find out figure unsure
    check swear
    """.split()  # noqa: SIM905
)
"""Verbs and nouns of knowing, remembering and asking."""
_POLITE = frozenset(
    """hey hi hello sorry please thanks thank thx cheers ok okay well right listen look greetings
    quick question questions query curiosity interest interested checking double-checking double-check check confirm
    confirming verify verifying mind minding trouble bother bothering kind kindly possible possibly happen correctly
    knowledge aware chance curious anyway actually basically honestly hopefully apologies excuse pardon btw fyi way
    quickly briefly short simple small easy thing things moment minute second sec time much help favor favour worry
    deal appreciate appreciated grateful glad great awesome understand see tell told say said wants want wanted needs
    need trying try keep keeps kept just one another next last more here there again sake reference clarity
    seem seems seemed hope hoping fine got double now while long ages offhand silly stupid dumb proof
    completeness records purposes reasons safe clear bit little lot maybe perhaps guess suppose believe think thought
    handover handoff signout rounds meeting mistaken wrong memory serves concerned worried hurry hurrying late running
    new old young
    """.split()  # noqa: SIM905
)
_OCCASIONS = frozenset(
    """form forms letter letters handover handoff signout rounds meeting audit insurance card claim claims application
    paperwork certificate summary work travel visa trip study research registry file files class call shift school
    camp lawyer employer summary records purposes reference presentation conference discussion report huddle sheet
    context
    """.split()  # noqa: SIM905
)
"""Papers and occasions for which one asks."""
FRAMING = HEADS | _POLITE | PEOPLE
"""Every word that frames."""
_PLAIN = """one another next last more here there again time new old see much way got now while
long double fine""".split()  # noqa: SIM905
_NEEDED = HEADS | _POLITE - frozenset(_PLAIN)
_SETTING = re.compile(
    r"(?:quick |short )?(?:pre-?op(?:erative)?|post-?op(?:erative)?|intake|triage|clinic|bedside|medication|med|safety"
    r"|chart|record|nursing|handover|dental|anesthesia)[ -](?:check(?:list)?|question(?:naire)?|huddle|review|prep|call"
    r"|form|assessment|screen)s?"
)
"""What one is at when one asks: "pre-op check: …"."""
_QUESTION_WORD = r"(?:what|which|when|where|who|whom|whose|why|how)"
_CLAUSE = re.compile(rf"^(?:{_QUESTION_WORD}|if|whether)\b")
_OF_ONE = r"(?:the|my|his|her|their|our|an?|this|that|any|each|all)"
_GREETING = re.compile(
    r"\bgood (?:morning|afternoon|evening|day)\b|\bno (?:rush|hurry|worries|problem|pressure)\b"
    r"|^if (?:there (?:is|are|was|were)|(?:you|we|they) have|it is|they are|it exists)"
    r"(?: (?:one|any|it|them|known|recorded|available|there|on file|on record))*$|^if (?:any|available|known|so)$"
)
"""Greetings and provisos that change nothing asked."""
_OCCASION = re.compile(rf"(?:for|before|during|on|at) (?:{_OF_ONE} )?(?:[\w'-]+ ){{0,2}}?(?P<head>[\w'-]+)")
_ON_OCCASION = re.compile(rf" {_OCCASION.pattern}$")
_FOR_PAPER = re.compile(rf" {_OCCASION.pattern.replace('before|during|on|at', 'for')}$")
_LED = re.compile(rf"(?:as (?:a )?part of|for) {_OCCASION.pattern.partition(' ')[2]},? (?=(?:i|we)\b)")
_ASKED_FOR = re.compile(
    r"^(?:(?:so|and|but|hi|hey|hello|please|ok|okay),? )*(?:(?:is there )?(?:any|a) chance (?:that )?)?"
    r"(?:(?:do|does|can|could|would|will|might) )?(?:we|you|anyone|anybody|someone|somebody)"
    r"(?: (?:please|kindly|possibly|happen to|be able to|mind|also|just|could|can|might))*"
    r" (?:know|have|get|see|look(?:ing)? up|pull(?:ing)? up|bring(?:ing)? up|check(?:ing)?|telling|giving|showing"
    r"|reminding|finding|reading|dig(?:ging)? (?:up|out))"
    r"(?: (?:me|us|up|out|for me|for us|of|about))*(?= (?:the|my|his|her|their|our) )"
)
"""A request in the form of a question of what one can or knows: what it is for is what is asked."""
_LEADING = frozenset(
    """me us you for of about out up to as on again please exactly if it just a while now long offhand
    """.split()  # noqa: SIM905
)
"""What may stand between a verb of asking and the question."""
_WANTED = re.compile(
    r"(?:(?:i|we) (?:would )?(?:just )?(?:need|want|like|am after|am looking for)(?: to (?:have|see|get))?"
    r"|(?:the )?(?:pt|patient|family|wife|husband|daughter|son)(?: is)? (?:asking|asks|wondering)"
    r" (?:about|for|re))"
    rf" (?={_OF_ONE} |(?:last|latest|most recent|first) )"
)
_CONFIRMED = re.compile(
    rf"^(?:(?:so|and|but|please|just),? )*(?:{AUX} (?:you|i|we|it|anyone) )?(?:(?:please|be able to|possibly|also) )*"
    r"(?:confirm|verify|check|(?:right|true|correct|fair)(?: to say)?|(?:i am )?(?:right|correct) (?:in thinking )?)"
    rf"(?: (?:for me|again))?(?: that)(?= (?:i|he|she|they|we|you|it|there|{_OF_ONE})\b)"
)
"""What asks whether something is so."""


def is_frame(text: str) -> bool:
    """Whether words, in lower case, only frame a question: none is of another class, and one says so.

    >>> is_frame("just checking"), is_frame("my wife wants to know"), is_frame("for him"), is_frame("in the morning")
    (True, True, False, False)
    >>> is_frame("quick question before rounds"), is_frame("if it is not too much trouble"), is_frame("since when")
    (True, True, False)
    """
    said = _GREETING.sub("hello", plain(text).lower())
    if _asks(said.split()):
        return False
    if is_occasion(said) or _SETTING.fullmatch(said):
        return True
    words = re.findall(r"[\w'/-]+", _without_occasion(said, _ON_OCCASION))
    if not all(w in FRAMING or w in lexicon.FUNCTION or w == "not" for w in words):
        return False
    return any(w in _NEEDED for w in words) and not _lacks(words)


def _asks(words: list[str]) -> bool:
    """Whether words are a question of their own."""
    return (
        not words
        or re.match(rf"{_QUESTION_WORD}$", words[0]) is not None
        or (len(words) > 1 and words[-1] in ("when", "why"))
    )


def _lacks(words: list[str]) -> bool:
    """Whether a denial stands that is not of knowing, minding or troubling."""
    return "not" in words and not {*words} & (
        HEADS | {"mind", "trouble", "bother", "much", "mistaken", "wrong", "keep"}
    )


def is_occasion(text: str) -> bool:
    """Whether a phrase, in lower case, says for which paper or on which occasion one asks.

    >>> is_occasion("for the vaccination card"), is_occasion("for pain")
    (True, False)
    """
    match = _OCCASION.fullmatch(text.strip())
    return match is not None and match["head"] in _OCCASIONS


def cut_frame(question: str) -> str:
    """A question without the words that lead up to it.

    >>> cut_frame("Any idea when her asthma was diagnosed?"), cut_frame("Do we know the last A1c?")
    ('when her asthma was diagnosed?', 'find the last A1c?')
    >>> cut_frame("Is it right that he took aspirin?"), cut_frame("I need the last A1c for a form.")
    ('whether he took aspirin?', 'find the last A1c.')
    >>> cut_frame("Did she ask when the surgery was?")
    'Did she ask when the surgery was?'
    """
    text = plain(question)
    lowered = text.lower()
    if (led := _LED.match(lowered)) is not None and led["head"] in _OCCASIONS:
        return cut_frame(text[led.end() :])
    if (confirmed := _CONFIRMED.match(lowered)) is not None:
        return f"whether{text[confirmed.end() :]}"
    if (asked := _ASKED_FOR.match(lowered)) is not None:
        return f"find {_without_occasion(text[asked.end() :].strip())}"
    if (start := _find_clause(lowered)) is not None:
        return _without_occasion(text[start:])
    wanted = _WANTED.match(lowered)
    cut = text[wanted.end() :] if wanted else text
    left = _without_occasion(cut)
    if wanted is not None:
        return f"find {left}"
    return left if left != text else question


def _find_clause(lowered: str) -> int | None:
    """Where a question begins behind words that all frame it, one of them of knowing or asking."""
    headed = False
    for match in re.finditer(r"[\w'/-]+|[,:.]", lowered):
        word = match[0]
        if word in ",:.":
            continue
        if _CLAUSE.match(word):
            return match.start() if headed else None
        if word not in FRAMING and word not in lexicon.FUNCTION and word != "not":
            return None
        headed = (headed and word in _LEADING) or (word in HEADS and not _is_of_patient(lowered[: match.start()]))
    return None


def _is_of_patient(before: str) -> bool:
    """Whether the patient is who asks or knows, which is a fact of theirs: "did she ask when"."""
    return re.search(rf"\b(?:{AUX}) (?:he|she|they|(?:the )?patient)(?: \w+)?\s*$", before) is not None


def _without_occasion(text: str, pattern: re.Pattern[str] = _FOR_PAPER) -> str:
    """A text without the paper or occasion it is for, at its end."""
    body = text.rstrip(" ?.!")
    match = pattern.search(body.lower())
    return f"{body[: match.start()]}{text[len(body) :].strip()}" if match and match["head"] in _OCCASIONS else text
