"""The store's tables. Raw JSON is the truth; the index tables are derived from it and hold integers only.

Index rows name an element path (`path`, see terms.path_key) and repeat the patient's reference, so that a
search within one chart touches only that chart's rows. Knows nothing of searches.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, String, Text, func, literal_column
from sqlmodel import Field, SQLModel

SCHEMA_VERSION = 1
"""Raised whenever tables, hashing or the extraction of index rows change."""

_Big = BigInteger().with_variant(Integer, "sqlite")
_Ordered = Text().with_variant(Text(collation="C"), "postgresql")
_Name = String().with_variant(String(collation="C"), "postgresql")
_COMPACT = {"sqlite_with_rowid": False}


class SchemaInfo(SQLModel, table=True):
    """One row: the version of this layout."""

    __tablename__ = "schema_info"
    version: int = Field(primary_key=True)


class ResourceRow(SQLModel, table=True):
    """The current version of each resource."""

    __tablename__ = "resource"
    pk: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    ref: int = Field(sa_column=Column(_Big, nullable=False, unique=True))
    """Hash of `Type/id`, as references to it are indexed."""
    type: str = Field(sa_column=Column(_Name, nullable=False))
    fhir_id: str = Field(sa_column=Column(_Name, nullable=False))
    patient: int = Field(sa_column=Column(_Big, nullable=False))
    """Hash of the one patient it is about; 0 where there is none."""
    version: int
    updated: int = Field(sa_column=Column(_Big, nullable=False))
    """meta.lastUpdated, in microseconds since year 1, UTC."""
    sourced: bool
    """lastUpdated came with the resource."""
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Hash of the JSON as it came in."""
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The JSON as served: as it came in, with the store's meta and resolved references."""

    __table_args__ = (Index("resource_by_chart", "type", "patient", "fhir_id"),)


class VersionRow(SQLModel, table=True):
    """Versions that were superseded."""

    __tablename__ = "version"
    resource: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    version: int = Field(primary_key=True)
    updated: int = Field(sa_column=Column(_Big, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class TermEntry(SQLModel, table=True):
    """Index of tokens, references, strings and URIs: `term` is the value's hash."""

    __tablename__ = "term_entry"
    resource: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    path: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    term: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    patient: int = Field(sa_column=Column(_Big, nullable=False))

    __table_args__ = (Index("term_entry_by_value", "path", "term", "patient", "resource"), _COMPACT)


class DateEntry(SQLModel, table=True):
    """Index of dates as intervals: on the record's own wall clock, and as instants."""

    __tablename__ = "date_entry"
    resource: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    path: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    wall_low: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    wall_high: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    low: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    high: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    patient: int = Field(sa_column=Column(_Big, nullable=False))

    __table_args__ = (
        Index("date_entry_by_value", "path", "patient", "wall_low", "wall_high", "low", "high", "resource"),
        _COMPACT,
    )


class QuantityEntry(SQLModel, table=True):
    """Index of quantities and numbers; "<5" is the interval below 5. Units as given: hashes of code and text."""

    __tablename__ = "quantity_entry"
    resource: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    path: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    low: float = Field(sa_column=Column(Double, primary_key=True))
    high: float = Field(sa_column=Column(Double, primary_key=True))
    coded_unit: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    """Hash of system and code."""
    code: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    unit: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    patient: int = Field(sa_column=Column(_Big, nullable=False))

    __table_args__ = (Index("quantity_entry_by_value", "path", "patient", "low", "high"), _COMPACT)


class Token(SQLModel, table=True):
    """Every token by its hash, for searches that leave system or code open."""

    __tablename__ = "token"
    id: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    system: str = Field(sa_column=Column(_Ordered, nullable=False))
    code: str = Field(sa_column=Column(_Ordered, nullable=False))

    # PostgreSQL's sorted index takes values of 2,700 bytes at most; codes are only ever looked up whole.
    __table_args__ = (Index("token_by_code", "code", postgresql_using="hash"),)


class TextValue(SQLModel, table=True):
    """Every indexed string by its hash, as written and as compared."""

    __tablename__ = "text_value"
    id: int = Field(sa_column=Column(_Big, primary_key=True, autoincrement=False))
    text: str = Field(sa_column=Column(_Ordered, nullable=False))
    folded: str = Field(sa_column=Column(_Ordered, nullable=False))


RESOURCE = SQLModel.metadata.tables["resource"]
VERSION = SQLModel.metadata.tables["version"]
TERM_ENTRY = SQLModel.metadata.tables["term_entry"]
DATE_ENTRY = SQLModel.metadata.tables["date_entry"]
QUANTITY_ENTRY = SQLModel.metadata.tables["quantity_entry"]
TOKEN = SQLModel.metadata.tables["token"]
TEXT_VALUE = SQLModel.metadata.tables["text_value"]
SCHEMA_INFO = SQLModel.metadata.tables["schema_info"]
FOLDED_START_LENGTH = 200
FOLDED_START = func.substr(TEXT_VALUE.c.folded, literal_column("1"), literal_column(str(FOLDED_START_LENGTH)))
"""What is indexed of a string: long texts don't fit into PostgreSQL's sorted index."""
Index("text_value_by_start", FOLDED_START)
ALL_TABLES = (RESOURCE, VERSION, TERM_ENTRY, DATE_ENTRY, QUANTITY_ENTRY, TOKEN, TEXT_VALUE, SCHEMA_INFO)
INDEX_TABLES = (TERM_ENTRY, DATE_ENTRY, QUANTITY_ENTRY)
