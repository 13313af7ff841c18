"""One page is read ahead, and no more."""

import threading

import pytest

from backend.log_export.reading_ahead import ahead


def test_pages_come_in_their_order():
    """Reading ahead changes when, not what."""
    assert list(ahead(iter([[1], [2], [3]]))) == [[1], [2], [3]]


def test_who_takes_slowly_has_one_page_waiting():
    """What nobody takes does not pile up."""
    read, is_read = [], threading.Semaphore(0)

    def pages():
        for number in range(100):
            read.append(number)
            is_read.release()
            yield [number]

    coming = ahead(pages())
    next(coming)
    assert is_read.acquire(timeout=10)
    assert is_read.acquire(timeout=10)

    assert not is_read.acquire(timeout=0.05)
    assert read == [0, 1]
    coming.close()


def test_what_goes_wrong_comes_after_what_was_read():
    """The page before it is whole."""

    def pages():
        yield [1]
        raise ValueError("away")

    coming = ahead(pages())

    assert next(coming) == [1]
    with pytest.raises(ValueError, match="away"):
        next(coming)
