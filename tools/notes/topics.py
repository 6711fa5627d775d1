"""Topics: by which words notes speak of what is asked under its name: married and divorced, of marital status."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tools.concepts.rows import read_rows, split_names
from tools.concepts.words import fold

_LEADING = re.compile(r"^(?:is|was|status:) ", re.IGNORECASE)


@dataclass(frozen=True)
class Topic:
    """What is asked of a person, and how notes say it."""

    name: str
    said: re.Pattern[str]
    whole: bool
    """Whether a word of it is the whole answer: widowed, Medicare."""

    def holds(self, word: str) -> bool:
        """Whether a word tells of it."""
        return any(self.said.fullmatch(said) for said in (word, f"is {word}"))

    def words_in(self, sentence: str) -> tuple[str, ...]:
        """The words of a sentence that tell of it.

        >>> find_topic("marital status").words_in("Patient is single. Sibling married.")
        ('single', 'married')
        """
        found = (_LEADING.sub("", match[0]) for match in self.said.finditer(sentence))
        return tuple(dict.fromkeys(found))


def find_topic(name: str) -> Topic | None:
    """The topic of a name; None where it names none.

    >>> find_topic("Tobacco use").name, find_topic("warfarin")
    ('smoking status', None)
    """
    return _topics().get(fold(name))


def topic_of(words: tuple[str, ...]) -> Topic | None:
    """The topic that all words tell of: "married, single or widowed"."""
    found = (t for t in _topics().values() if words and all(map(t.holds, words)))
    return next(found, None)


@cache
def _topics() -> dict[str, Topic]:
    found = {}
    for row in read_rows("topics"):
        names = split_names(row["names"])
        said = sorted(split_names(row["said"]), key=len, reverse=True)
        pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, said))})s?(?![\w-])", re.IGNORECASE)
        found.update(dict.fromkeys(map(fold, names), Topic(names[0], pattern, row["whole"] == "yes")))
    return found
