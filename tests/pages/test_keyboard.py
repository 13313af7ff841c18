"""The sheet of keys, and the switch that makes them mere letters again."""

import re

from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from components import keyboard

SERVED = (ServedVersion("v3", "main.hr.handbook_chain", "3", 100),)


def open_page(visit):
    visit.endpoints.content = [Endpoint("handbook", "", "", Readiness.READY, SERVED)]
    return visit.open()


def test_a_button_opens_the_sheet(visit):
    """Nobody has to know the key to find the keys."""
    at = open_page(visit)

    next(each for each in at.button if each.label == "Keyboard").click().run()

    assert not at.exception
    (sheet,) = [each.proto.body for each in at.get("html") if "<kbd>" in each.proto.body]
    for key, what in keyboard.KEYS:
        assert f"<kbd>{key}</kbd></dt><dd>{what}" in sheet


def test_every_key_of_the_sheet_does_something():
    """What is promised and what is listened to are the same."""
    listened = set(re.findall(r'^  "(.)": \[', keyboard._JS, re.MULTILINE))

    promised = {key.lower() for key, _ in keyboard.KEYS}

    assert promised == listened | {"esc"}


def test_keys_can_be_switched_off(visit):
    """Somebody who speaks to the computer would press them by every word."""
    at = open_page(visit)
    next(each for each in at.button if each.label == "Keyboard").click().run()
    assert at.toggle[0].value is True

    at.toggle[0].set_value(False).run()

    assert at.session_state["keys_are_off"] is True
