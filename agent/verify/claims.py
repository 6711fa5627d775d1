"""Claims: a sentence as the parts that can be checked: words, numbers with units, dates, and whether it denies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agent.verify.words import COUNTABLE, GLUE_STEMS, NEGATIONS, NUMBERS, VERBS, read_unit, stem

_MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_NAMED_DATES = (
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}(?P<day>),?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
)
_YEAR = re.compile(
    r"\b(in|since|during|year|between|early|late|and|from|to|until)\s+((?:19|2[012])\d\d)\b(?![-/%\w]|\.\d)"
)
_TOKEN = re.compile(
    r"(?P<date>\d{4}-\d\d(?:-\d\d)?(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?(?![\w-])|¦\d{4}"
    r"|\d{1,2}/\d{1,2}/\d{2,4}|\b\d{1,2}:\d\d(?::\d\d)?\b)"
    r"|(?P<pair>(?<![\w./])\d{1,3}/\d{1,3}(?![\d/]|\.\d))(?:\s?(?P<pair_unit>[%°\[A-Za-zµμ][\w\[\]µμ°%*^/.]*))?"
    r"|(?P<number>(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?)(?:\s?(?P<unit>[%°\[A-Za-zµμ][\w\[\]µμ°%*^/.]*))?"
    r"|(?P<word>[^\W\d_](?:[\w'’]*\w)?)|(?P<sign>[<>]=?)"
)
_SENTENCE = re.compile(r"(?<=[.!?])(?<!\bDr\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bvs\.)\s+|\n+")
_PARTS = re.compile(
    r"[;]|:(?=\s)|,(?!\d{3}\b)|\b(?:and|but|while|whereas|then|(?:to|from)(?=\s+[\d¦]))\b", re.IGNORECASE
)

_DAY = r"\d{4}-\d\d(?:-\d\d)?"
_SPAN = re.compile(rf"\b(?:from|between) (?P<start>{_DAY})\S* (?:to|until|and|through) (?P<end>{_DAY})", re.IGNORECASE)


@dataclass(frozen=True)
class Number:
    """A number as claimed."""

    value: float
    text: str
    unit: str | None = None
    counts: bool = False
    """It says how many or how often: "twice", "5 results"."""
    sign: str = ""
    """`<` or `>` where the number is only a bound."""

    @property
    def decimals(self) -> int:
        """Digits after the point."""
        return len(self.text.partition(".")[2])


@dataclass(frozen=True)
class Claim:
    """One part of a sentence."""

    text: str
    words: frozenset[str] = frozenset()
    """Those that claim something, by stem."""
    numbers: tuple[Number, ...] = ()
    dates: tuple[str, ...] = ()
    denies: bool = False
    glue: frozenset[str] = frozenset()
    """The other words, by stem."""
    pairs: tuple[str, ...] = ()
    """Numbers whose order says what they are: `120/80`."""

    @property
    def claims_nothing(self) -> bool:
        """Nothing in it can be right or wrong."""
        return not (self.words or self.numbers or self.dates or self.denies)


def split_sentences(text: str) -> list[str]:
    """The sentences of a text.

    >>> split_sentences("Seen by Dr. Hu. Glucose 5.2.")
    ['Seen by Dr. Hu.', 'Glucose 5.2.']
    """
    return [s for s in _SENTENCE.split(text.strip()) if s]


def split_claims(sentence: str) -> list[Claim]:
    """The parts of a sentence; a part without verb shares the denial before it.

    >>> [(sorted(c.words), c.denies) for c in split_claims("No asthma, gout or HIV is recorded")]
    [(['asthma'], True), (['gout', 'hiv'], False)]
    >>> split_claims("Glucose was 95 mg/dL on May 2, 2020")[0].dates
    ('2020-05-02',)
    """
    claims: list[Claim] = []
    for part in _PARTS.split(_write_dates(sentence)):
        claim = read_claim(part)
        if claims and claims[-1].denies and not claim.glue & VERBS:
            claim = replace(claim, denies=True)
        if not claim.claims_nothing:
            claims.append(claim)
    return claims


def read_claim(text: str) -> Claim:
    """Words, numbers and dates of one part of a sentence, or of a line of evidence.

    >>> claim = read_claim("two doses of 500 mg")
    >>> [(n.value, n.unit, n.counts) for n in claim.numbers], sorted(claim.words)
    ([(2.0, None, True), (500.0, 'mg', False)], ['dose'])
    """
    words, glue, dates, numbers, denies = set[str](), set[str](), list[str](), list[Number](), False
    pairs: list[str] = []
    tokens = list(_TOKEN.finditer(text))
    for place, token in enumerate(tokens):
        if token["date"]:
            dates.append(token["date"].removeprefix("¦"))
        elif token["pair"]:
            pairs.append(token["pair"])
            unit = read_unit(token["pair_unit"]) if token["pair_unit"] else None
            numbers += (Number(float(n), n, unit) for n in token["pair"].split("/"))
        elif token["number"]:
            sign = tokens[place - 1]["sign"] if place else None
            numbers.append(replace(_read_number(token, tokens[place + 1 :]), sign=sign or ""))
            words |= set(_unit_words(token))
        elif token["word"] or token["sign"]:
            word = stem(token["word"] or token["sign"])
            if word in NUMBERS:
                numbers.append(_read_spelled(token["word"], tokens[place + 1 :]))
            elif word in NEGATIONS:
                denies = True
            else:
                (glue if word in GLUE_STEMS or word == "t" else words).add(word)
    return Claim(text.strip(), frozenset(words), tuple(numbers), tuple(dates), denies, frozenset(glue), tuple(pairs))


def share_predicates(claims: Sequence[Claim], labels: frozenset[str]) -> list[Claim]:
    """Parts that only name something say of it what the next part says: "sodium and glucose were normal".

    >>> claims = split_claims("Sodium and glucose were normal")
    >>> [sorted(c.words) for c in share_predicates(claims, frozenset({"sodium", "glucose"}))]
    [['normal', 'sodium'], ['glucose', 'normal']]
    """
    shared: list[Claim] = []
    for claim in reversed(claims):
        after = shared[0] if shared else None
        bare = not (claim.numbers or claim.dates or claim.glue & VERBS) and bool(claim.words) and claim.words <= labels
        if after is not None and bare and not claim.denies and after.glue & VERBS:
            words, glue = claim.words | (after.words - labels), claim.glue | after.glue
            claim = replace(after, text=claim.text, words=words, glue=glue, pairs=after.pairs)
        shared.insert(0, claim)
    return shared


def find_backwards(text: str) -> list[str]:
    """Spans whose end lies before their start.

    >>> find_backwards("from 2022-11-09 to 2022-11-03"), find_backwards("from 2022-11-03 until 2022-11-09")
    (['from 2022-11-09 to 2022-11-03'], [])
    """
    return [m[0] for m in _SPAN.finditer(text) if m["end"] < m["start"][: len(m["end"])]]


def write_dates(text: str) -> str:
    """Dates with named months as ISO dates.

    >>> write_dates("on 3 March 2015 and in Apr 2016")
    'on 2015-03-03 and in 2016-04'
    """
    for pattern in _NAMED_DATES:
        text = pattern.sub(_write_date, text)
    return text


def _write_dates(text: str) -> str:
    return _YEAR.sub(r"\1 ¦\2", write_dates(text))


def _write_date(match: re.Match[str]) -> str:
    month = next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(match["month"].casefold()))
    day = f"-{int(match['day']):02}" if match["day"] else ""
    return f"{match['year']}-{month:02}{day}"


def _read_number(token: re.Match[str], after: Sequence[re.Match[str]]) -> Number:
    value = float(token["number"].replace(",", ""))
    unit = read_unit(token["unit"]) if token["unit"] and token["unit"].casefold() != "in" else None
    nouns = [token["unit"]] if token["unit"] else []
    counts = unit is None and any(stem(w) in COUNTABLE for w in [*nouns, *_noun_words(after)])
    return Number(value, token["number"], unit, counts)


def _read_spelled(word: str, after: Sequence[re.Match[str]]) -> Number:
    noun = after[0]["word"] if after else None
    unit = read_unit(noun) if noun else None
    return Number(float(NUMBERS[stem(word)]), word, unit, unit is None)


def _noun_words(after: Sequence[re.Match[str]]) -> Iterator[str]:
    """The words right behind a number, up to one that claims nothing: "glucose tests" of "5 glucose tests"."""
    for token in after[:4]:
        if not token["word"] or stem(token["word"]) in GLUE_STEMS - COUNTABLE:
            return
        yield token["word"]


def _unit_words(token: re.Match[str]) -> Iterator[str]:
    """What follows a number and is no unit is a word like any other."""
    if token["unit"] and (read_unit(token["unit"]) is None or token["unit"].casefold() == "in"):
        for word in re.findall(r"[^\W\d_](?:[\w'’]*\w)?", token["unit"]):
            if (low := stem(word)) not in GLUE_STEMS and low not in ("st", "nd", "rd", "th"):
                yield low
