"""How far in time a page looks ahead, so that it need not sort all there is; knows no workspace.

Without an end a page would have to look at everything after its beginning. How far is enough is
learnt from the page before: quiet nights are stepped over, busy hours are taken in small pieces.
"""

from dataclasses import dataclass

# A page is to be filled by so much more time than the last one took.
_SPARE = 1.25
_MOST_GROWTH = 8


@dataclass
class TimeWindows:
    """The time between the first and the last request, in microseconds since 1970."""

    first: int
    last: int
    width: int

    @classmethod
    def over(cls, first: int, last: int, total: int, page_rows: int) -> "TimeWindows":
        """Begin as if the requests were spread evenly."""
        pages = max(total / page_rows, 1)
        return cls(first, last, max(int((last - first) / pages * _SPARE), 1))

    def end(self, start: int) -> int:
        """Return the moment up to which a page that begins here looks."""
        return min(start + self.width, self.last)

    def learn(self, start: int, found: int, wanted: int, last: int) -> None:
        """Hear how many were found of those that were wanted, and when the last one was."""
        if found >= wanted:
            self.width = max(int((last - start) * _SPARE), 1)
        else:
            growth = min(wanted * _SPARE / max(found, 1), _MOST_GROWTH)
            self.width = int(self.width * growth) + 1
