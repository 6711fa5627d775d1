"""AsOf: the moment a chart is looked at. Knows nothing of charts and servers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tools.fhir.dates import FhirTime


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment the chart is looked at."""

    wall: datetime
    """Naive wall clock, compared with each record at the record's own offset."""
    offset: timedelta | None
    """None: wall clock at each record's own offset. Given: instants are compared."""
    source: Literal["caller", "clock", "chart"]
    text: str
    """As the caller wrote it, or ISO 8601."""

    def precedes(self, time: FhirTime) -> bool:
        """Whether a record's time lies after this moment.

        >>> from tools.fhir.dates import parse_fhir_time
        >>> at = AsOf(datetime(2020, 1, 1, 12), None, "caller", "2020-01-01T12:00:00")
        >>> at.precedes(parse_fhir_time("2020-01-01T12:00:01-05:00")), at.precedes(parse_fhir_time("2020-01-01"))
        (True, False)
        """
        if self.offset is not None and time.offset is not None:
            return time.low - time.offset > self.wall - self.offset
        return time.low > self.wall

    def follows(self, time: FhirTime) -> bool:
        """Whether the whole of a record's time lies before this moment.

        >>> from tools.fhir.dates import parse_fhir_time
        >>> at = AsOf(datetime(2020, 1, 1, 12), None, "caller", "2020-01-01T12:00:00")
        >>> at.follows(parse_fhir_time("2019-12-31")), at.follows(parse_fhir_time("2020-01-01"))
        (True, False)
        """
        if self.offset is not None and time.offset is not None:
            return time.high - time.offset < self.wall - self.offset
        return time.high < self.wall
