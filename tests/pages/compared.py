"""A chain with two versions whose answers are compared, for the tests of the pages."""

from backend.serving.comparison_setting import ComparisonSetting
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from backend.turns.answers import Answer, Source, other_is_first
from tests.pages.talked import NAME

LIVE = ServedVersion("chain_3", "main.hr.handbook_chain", "3", 100)
IDLE = ServedVersion("chain_2", "main.hr.handbook_chain", "2", 0)
FIVE = Answer("Five days.", "req-1", "chain_3", "tr-1", (Source("Text.", None, "Leave"),))
SIX = Answer("Six days.", "req-2", "chain_2", "tr-2", (Source("Text.", None, "Absence"),))
# Drawn by lot, the one way and the other.
RECORD_FIRST, RECORD_SECOND = "pair-1", "pair-7"
COMPARED = Endpoint(
    NAME, "", "", Readiness.READY, (LIVE, IDLE), comparison=ComparisonSetting(IDLE.name)
)


def chooser(at):
    """Return what is chosen from."""
    return next(each for each in at.button_group if each.key.startswith("choice_"))


def letter_of(pair_id, is_record):
    """Return under which letter the answer for the record stands, or the other one."""
    return "A" if other_is_first(pair_id) != is_record else "B"


def kinds(at):
    """Return what can be pressed, by the beginning of its key."""
    pressed = [each.key for each in (*at.button, *at.button_group) if each.key]
    return {key.partition("_")[0] for key in pressed}


def markdown(at):
    """Return what is written, piece by piece."""
    return [each.value for each in at.markdown]
