"""Inflection: the forms of English verbs and nouns, by rule and by a table of the irregular ones."""

from __future__ import annotations

from functools import cache

_IRREGULAR: dict[str, str] = {
    "be": "is are am was were been being", "beat": "beat beaten", "become": "became become", "bear": "bore borne",
    "bet": "bet", "bring": "brought", "catch": "caught", "come": "came come", "cut": "cut", "deal": "dealt",
    "do": "does did done", "draw": "drew drawn", "eat": "ate eaten", "fall": "fell fallen", "feed": "fed",
    "feel": "felt", "fight": "fought", "find": "found", "forget": "forgot forgotten", "get": "got gotten",
    "give": "gave given", "go": "goes went gone", "hang": "hung", "have": "has had", "hear": "heard", "hit": "hit",
    "hold": "held", "keep": "kept", "know": "knew known", "land": "landed", "lay": "laid", "lead": "led",
    "leave": "left", "let": "let", "lie": "lay lain", "lose": "lost", "make": "made", "mean": "meant", "meet": "met",
    "pay": "paid", "put": "put", "read": "read", "run": "ran run", "say": "said", "see": "saw seen",
    "seek": "sought", "send": "sent", "set": "set", "show": "showed shown", "sit": "sat", "speak": "spoke spoken",
    "spend": "spent", "stand": "stood", "stick": "stuck", "strike": "struck stricken", "swear": "swore sworn",
    "take": "took taken", "tell": "told", "think": "thought", "understand": "understood", "undergo": "underwent"
    " undergone",
    "wind": "wound", "write": "wrote written", "begin": "began begun", "arise": "arose arisen", "shoot": "shot",
    "throw": "threw thrown", "wake": "woke woken", "wear": "wore worn", "win": "won", "withstand": "withstood",
}  # fmt: skip
"""The past forms that no rule gives, and the present where it is irregular too."""
_VOWELS = "aeiou"


@cache
def inflect(lemma: str) -> tuple[str, ...]:
    """A verb in all its forms; words behind it stay as they are.

    >>> inflect("battle"), inflect("worry")
    (('battle', 'battles', 'battled', 'battling'), ('worry', 'worries', 'worried', 'worrying'))
    >>> inflect("come down")
    ('come down', 'comes down', 'came down', 'coming down')
    >>> inflect("run"), inflect("stop")
    (('run', 'runs', 'ran', 'running'), ('stop', 'stops', 'stopped', 'stopping'))
    """
    verb, _, behind = lemma.partition(" ")
    pasts = _IRREGULAR.get(verb, _past(verb)).split()
    found = dict.fromkeys((verb, pluralize(verb), *pasts, f"{_stem(verb)}ing"))
    return tuple(f"{form} {behind}".strip() for form in found)


def pluralize(word: str) -> str:
    """A noun in the plural, or a verb with the ending of the third person.

    >>> pluralize("bout"), pluralize("history"), pluralize("diagnosis"), pluralize("rash")
    ('bouts', 'histories', 'diagnoses', 'rashes')
    """
    if word.endswith("y") and word[-2] not in _VOWELS:
        return f"{word[:-1]}ies"
    if word.endswith("sis"):
        return f"{word[:-2]}es"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"


def verbs(lemmas: str) -> str:
    """A pattern for every form of the verbs, divided by commas; the longest first."""
    return _pattern(form for lemma in lemmas.split(",") for form in inflect(" ".join(lemma.split())))


def nouns(words: str) -> str:
    """A pattern for the nouns, divided by commas, in singular and plural."""
    found = [" ".join(word.split()) for word in words.split(",")]
    return _pattern((*found, *(pluralize(word) for word in found)))


def forms_of(lemmas: str) -> frozenset[str]:
    """Every form of the verbs, divided by white space."""
    return frozenset(form for lemma in lemmas.split() for form in inflect(lemma))


def _pattern(forms: object) -> str:
    return f"(?:{'|'.join(sorted(dict.fromkeys(forms), key=lambda f: (-len(f), f)))})"  # type: ignore[call-overload]


def _past(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return f"{verb[:-1]}ied"
    return f"{verb}d" if verb.endswith("e") else f"{_stem(verb)}ed"


def _stem(verb: str) -> str:
    """A verb as it stands before -ing and -ed: the last letter doubled or a mute e gone."""
    if verb.endswith("ie"):
        return f"{verb[:-2]}y"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1]
    short = len(verb) >= 3 and verb[-1] not in "aeiouwxy" and verb[-2] in _VOWELS and verb[-3] not in _VOWELS
    return f"{verb}{verb[-1]}" if short and (len(verb) <= 4 or verb in _STRESSED) else verb


_STRESSED = frozenset({"admit", "refer", "occur", "submit", "begin", "regret", "permit"})
"""Longer verbs that double their last letter."""
