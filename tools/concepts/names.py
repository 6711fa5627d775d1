"""read_name: a clinical name taken apart: what it names, what narrows that, what it denies, of what else it speaks.

"Hypertensive heart disease with heart failure" names a heart disease and a heart failure; "Malignant neoplasm of
breast" names no breast; "Type 2 diabetes without complication" denies one; "Family history of asthma" is of relatives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from tools.concepts.rows import read_rows
from tools.concepts.words import plain, read_words

Role = Literal["part", "rest", "denied", "unsettled"]

_PROPERTY = re.compile(
    r"\[(?:mass|moles|#|units|arbitrary|presence|entitic|enzymatic|catalytic|volume|ratio|time|score|interpretation|length|"
    r"type|titer|identifier|susceptibility|substance|number|velocity|osmolality|pressure|log|molar)\b[^]]*\]"
)
TAGS = re.compile(
    r"\((?:disorder|finding|procedure|situation|substance|organism|morphologic abnormality|observable entity|"
    r"regime/therapy|event|product|medicinal product|clinical drug|qualifier value|physical object|body structure|"
    r"occupation|specimen|record artifact|person)\)"
)
"""What SNOMED CT's names say in brackets of the kind of thing they name."""
_INSIDE = re.compile(r"(?<=[a-z])\.(?=[a-z])|\u200b|_")
_MARKS = (
    (re.compile(r"\bw/o\b"), "without"),
    (re.compile(r"\bw/(?=\s*\w)"), "with "),
    (re.compile(r"\bwith and without\b|\bwith/without\b"), "of"),
    (re.compile(r"^positive for\b"), ""),
    (re.compile(r"\bstage \w+ through (?:stage )?\w+"), ""),
    (re.compile(r"^(?:[a-z]+ )?(?:insertion|placement|implantation|introduction)(?: or replacement)? of\b"), ""),
    (re.compile(r"\br/o\b"), "rule out"),
    (re.compile(r"\bs/p\b"), "status post"),
    (re.compile(r"\bnon[- ](?=[a-z])"), "non"),
    (re.compile(r"\band/or\b"), "or"),
    (
        re.compile(
            r"^((?:localized|generalized|primary|secondary|acute|chronic|closed|open|recurrent|acquired|other)),"
        ),
        r"\1",
    ),
    (re.compile(r"\bfracture[- ](subluxation|dislocation)\b"), r"fracture with \1"),
)
_HOLD = ("due to", "secondary to", "caused by", "associated with", "complicated by", "with", "in")
_TOUCH = ("of", "for", "by", "to", "from", "at", "on", "during", "after", "following", "per", "into", "via", "using",
          "through", "under", "resulting in", "than", "post", "as", "over")  # fmt: skip
_DENY = ("without", "not", "no", "absence of", "negative for", "excluding", "except", "denies", "never")
_PERHAPS = ("whether with", "with or without", "possible", "possibly")
_JOIN = ("and", "or")
_LINKS = "|".join(sorted((*_HOLD, *_TOUCH, *_DENY, *_PERHAPS, *_JOIN), key=len, reverse=True))
_PIECE = re.compile(rf"[\[(]|[\])]|[;:|/]|,(?!\d)|(?<=\s)[-–—]+(?=\s)|--|\b(?:{_LINKS})\b(?!-)|[^\s\[\]();:,|/]+|,")
_LASTING = ("denied", "unsettled")
_NOISE = frozenset(
    """the an unspecified nos nec otherwise specified elsewhere classified other level test value result measurement
    assay mention any its this finding unknown""".split()  # noqa: SIM905
)
GENERAL = frozenset("disease syndrome disorder condition problem issue trouble episode attack infectious".split())  # noqa: SIM905
_LATIN = frozenset("mellitus pectoris media externa vulgaris pedis erythematosus gravis vera total".split())  # noqa: SIM905
_ACTS = frozenset("placement insertion procedure operation".split())  # noqa: SIM905
_DESIGNATE = frozenset("type stage grade class level number category degree".split())  # noqa: SIM905
_DESIGNATION = re.compile(r"\d+[a-z]?$|[a-z]\d*$|\d+(?:[.,]\d+)?%?$")
_MODALITIES = frozenset("ct mri xray ultrasound echocardiography ecg eeg pet angiography mammography".split())  # noqa: SIM905
_BLOOD = frozenset("blood serum plasma venous arterial capillary poor platelet cell".split())  # noqa: SIM905
SPECIMENS = _BLOOD | frozenset(
    """urine stool csf fluid pleural peritoneal ascite synovial saliva sputum semen cerebrospinal cerebral spinal
    amniotic gastric sweat tissue bone marrow specimen respiratory""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing a name says is there: its words, and those any of which says what it is."""

    words: frozenset[str]
    heads: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReadName:
    """A name taken apart."""

    words: frozenset[str]
    """Every word, those denied as `!word`, those left unsettled as `?word`; words that say nothing are left out."""
    parts: tuple[Part, ...]
    """What it names: itself first, then what it is with, in or due to."""
    plain: frozenset[str]
    """The words without those that say by which method, and in blood."""
    start: tuple[str, ...]
    """The words of its first stretch, in order."""
    origin: frozenset[str]
    """The words after "from": of a metastasis, the tumor it spread from."""
    context: frozenset[str]
    """What it speaks of beside the patient's present: "relatives", "the past", "a suspicion" …"""

    @property
    def telling(self) -> frozenset[str]:
        """The words that say what is meant: none of them "disease" or the like."""
        return self.words - GENERAL


@dataclass
class _Stretch:
    role: Role
    link: str
    said: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        return [w for w in read_words(" ".join(self.said)) if w not in _NOISE]


@lru_cache(maxsize=100_000)
def read_name(text: str) -> ReadName:
    """A name taken apart.

    >>> name = read_name("Type II diabetes mellitus without complication")
    >>> sorted(name.words)
    ['!complication', '2', 'diabete', 'mellitus', 'type']
    >>> [sorted(p.heads) for p in name.parts]
    [['diabete', 'mellitus']]
    """
    raw, context = _take_context(_prepare(text))
    stretches = [(s, words) for s in _cut(raw) if (words := s.words)]
    start = tuple(stretches[0][1]) if stretches else ()
    parts = [Part(frozenset(w), _heads(w)) for s, w in stretches if s.role == "part" and not _is_specimen(s, w)]
    telling = [(s, words) for s, words in stretches if not _is_method(s, words, frozenset(start))]
    since = next((at for at, (s, _) in enumerate(stretches) if s.link == "from"), len(stretches))
    origin = frozenset(w for _, words in stretches[since:] for w in words)
    return ReadName(_polar(stretches), tuple(parts), _polar(telling), start, origin, context)


def _polar(stretches: Iterable[tuple[_Stretch, list[str]]]) -> frozenset[str]:
    marks = {"denied": "!", "unsettled": "?"}
    return frozenset(marks.get(s.role, "") + w for s, words in stretches for w in words)


def _is_specimen(stretch: _Stretch, words: list[str]) -> bool:
    return stretch.link in ("in", "or") and bool(SPECIMENS & set(words))


def _is_method(stretch: _Stretch, words: list[str], core: frozenset[str]) -> bool:
    """Whether a stretch only says how a thing was measured, or that it was measured in blood."""
    if stretch.link in ("in", "or"):
        return bool(words) and set(words) <= _BLOOD
    return stretch.link == "by" or (stretch.link == "/" and set(words) <= core | {"total"})


def _prepare(text: str) -> str:
    raw = _INSIDE.sub(" ", plain(text).strip().removeprefix("a "))
    raw = TAGS.sub(" ", _PROPERTY.sub(" ", raw))
    for mark, written in _MARKS:
        raw = mark.sub(written, raw)
    return _linked_phrases().sub(lambda m: _linked_spellings()[m[0]], " ".join(raw.split()))


@lru_cache(maxsize=1)
def _linked_spellings() -> dict[str, str]:
    """Spellings that hold a connecting word, "cholesterol in LDL": taken before a name is cut at those."""
    links = re.compile(rf"\b(?:{_LINKS})\b")
    return {row["written"]: row["read"] for row in read_rows("spellings") if links.search(row["written"])}


@lru_cache(maxsize=1)
def _linked_phrases() -> re.Pattern[str]:
    return re.compile("|".join(rf"\b{re.escape(written)}\b" for written in _linked_spellings()))


def _take_context(raw: str) -> tuple[str, frozenset[str]]:
    """The name without what says that it speaks of relatives, of the past or of a suspicion, and what that is."""
    found: set[str] = set()
    while match := next(((begins, of) for begins, of in _contexts() if raw.startswith(begins)), None):
        raw = raw[len(match[0]) :]
        found.add(match[1])
    return raw, frozenset(found)


@lru_cache(maxsize=1)
def _contexts() -> tuple[tuple[str, str], ...]:
    rows = [(row["begins"] + " ", row["speaks_of"]) for row in read_rows("contexts")]
    return tuple(sorted(rows, key=lambda r: -len(r[0])))


def _cut(raw: str) -> Iterator[_Stretch]:
    """The stretches between commas, brackets and connecting words; one that a bracket interrupts goes on after it."""
    made = [_Stretch("part", "")]
    outer: list[_Stretch] = []
    for piece in _PIECE.findall(raw):
        now = made[-1] if not outer or made[-1] is not outer[-1] else outer[-1]
        if piece in "([":
            outer.append(now)
            made.append(_Stretch(now.role if now.role in _LASTING else "rest", piece))
        elif piece in ")]":
            made.append(outer.pop() if outer else now)
        elif (role := _role_after(piece, now.role)) is not None:
            made.append(_Stretch(role, piece))
        else:
            now.said.append(piece)
    return iter({id(s): s for s in made}.values())


def _role_after(piece: str, role: Role) -> Role | None:
    """The role of what follows a mark or a connecting word; None for a plain word."""
    if piece in _JOIN or (piece == "/" and role in _LASTING):
        return role
    if piece in _PERHAPS:
        return "unsettled"
    if piece in _HOLD:
        return "part"
    if piece in _DENY:
        return "denied"
    if piece in _TOUCH:
        return role if role in _LASTING else "rest"
    if piece[0] in "-–—" and not piece[-1].isalnum():
        return "part"
    return "rest" if piece[0] in ",;:|/" and not piece[-1].isalnum() else None


def _heads(words: list[str]) -> frozenset[str]:
    """The words that say what a stretch names: its last that is no number, stage or general word, and the rest."""
    heads: list[str] = []
    for word in reversed(words):
        heads.append(word)
        if not (_DESIGNATION.match(word) or word in _DESIGNATE or word in _LATIN or word in GENERAL | _ACTS):
            break
    return frozenset(heads) | (_MODALITIES & set(words[:1]))
