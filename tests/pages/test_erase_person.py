"""Erasing a person: shown before, confirmed twice, proven afterwards; for administrators only."""

import pytest

from backend.erasure.erasures import Person
from backend.erasure.protocol import Erasure, Kind, Part
from backend.errors import NotAllowed, Unavailable
from backend.identity import Role
from components import session

BOB = "bob@example.com"
LOGS = "main.rag.chain_payload_request_logs"
FOUND = (Part(Kind.ROWS, LOGS, 3), Part(Kind.TRACES, "traces of chain", 2))


def protocol(parts=(), *, stopped=False, person=BOB, reference="Case 4711", **more) -> Erasure:
    begun = Erasure.of(person, "admin@example.com", reference, "2026-03-01T10:00:00+00:00")
    ended = begun.ended(tuple(parts), "2026-03-01T10:01:00+00:00", stopped=stopped)
    return Erasure(**{**ended.__dict__, "id": "run1", **more})


CLEAN = tuple(Part(each.kind, each.place, each.found, left=0) for each in FOUND)


@pytest.fixture
def admin(visit):
    """An administrator, in a workspace that knows one other person."""
    visit.identity.roles = {Role.ADMIN}
    visit.erasures.known = [Person(BOB, "Bob")]
    visit.erasures.parts = FOUND
    visit.erasures.outcome = protocol(CLEAN)
    return visit


def chosen(visit, name=BOB):
    at = visit.open("erase_person.py")
    return at.selectbox(key="erasure_person").set_value(name).run()


def confirmed(at, reference="Case 4711", typed=BOB):
    at.text_input[0].set_value(reference)
    at.text_input[1].set_value(typed)
    return next(each for each in at.button if each.label == "Erase for good").click().run()


def plain(text: str) -> str:
    """Return Markdown without what keeps it from being any."""
    return text.replace("\\", "").replace("\N{WORD JOINER}", "")


def said(at, shown) -> str:
    boxes = [*at.success, *at.warning, *at.error, *at.info]
    return plain("\n".join([shown(at), *(each.value for each in boxes)]))


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANALYST])
def test_nobody_but_an_administrator_gets_in(visit, shown, role, monkeypatch):
    """Not in their menu; and a tab that is open when the role is taken away closes the page."""
    visit.identity.roles = {Role.ADMIN}
    at = visit.open("erase_person.py")
    assert at.selectbox
    visit.identity.roles = {role}
    monkeypatch.setattr(session, "FRESH_SECONDS", -1)

    at.run()

    assert "Erase a person" not in shown(at)
    assert not at.selectbox


def test_before_somebody_is_chosen_nothing_can_be_erased(admin, shown):
    """The page says what it does, and has no button for it."""
    at = admin.open("erase_person.py")

    assert "It cannot be undone." in shown(at)
    assert "Nobody has been erased yet." in shown(at)
    assert "Erase for good" not in [each.label for each in at.button]


def test_what_there_is_of_a_person_is_shown_before(admin):
    """Counts by place; nothing is changed by looking."""
    at = chosen(admin)

    assert not at.exception
    table = at.table[0].value
    assert [plain(each) for each in table["Where"]] == [LOGS, "traces of chain"]
    assert list(table["There are"]) == ["3", "2"]
    assert admin.erasures.erased == []


def test_person_of_whom_nothing_is_known_can_be_erased_all_the_same(admin, shown):
    """It finishes what was stopped, and is proof for whoever asked."""
    admin.erasures.parts = ()

    admin.erasures.known = [Person("long-gone@example.com", "")]

    at = chosen(admin, "long-gone@example.com")

    assert "Nothing of **long-gone@example.com** is on record." in plain(shown(at))
    assert "Erase for good" in [each.label for each in at.button]


def test_place_that_could_not_be_looked_at_is_named(admin, shown):
    """An empty answer must not pass for an empty table."""
    admin.erasures.parts = (Part(Kind.ROWS, LOGS, problem="You do not have permission."),)

    text = said(chosen(admin), shown)

    assert f"Could not be looked at: {LOGS}." in text
    assert "Nothing of" not in text


@pytest.mark.parametrize(
    ("reference", "typed", "sentence"),
    [
        (" ", BOB, "Say on whose request this is done."),
        ("Case 4711", "bo@example.com", "The user name is not the one chosen above."),
        ("Case 4711", "", "The user name is not the one chosen above."),
    ],
)
def test_without_reference_and_the_name_once_more_nothing_is_erased(
    admin, shown, reference, typed, sentence
):
    """A click alone does nothing."""
    at = confirmed(chosen(admin), reference, typed)

    assert sentence in said(at, shown)
    assert admin.erasures.erased == []


def test_confirmed_erasure_ends_in_its_protocol(admin, shown):
    """What was found, what is left, files to take along, and one more former erasure."""
    at = confirmed(chosen(admin), typed=BOB.upper())

    assert admin.erasures.erased == [(BOB, "Case 4711")]
    assert "nothing is left" in said(at, shown)
    assert list(at.table[0].value["Left"]) == ["0", "0"]
    assert "Case 4711" in shown(at)
    labels = [each.label for each in at.get("download_button")]
    assert labels == ["Protocol as JSON", "Protocol as CSV"]


@pytest.mark.parametrize(
    ("parts", "stopped", "sentence"),
    [
        ((Part(Kind.ROWS, LOGS, 3, left=1),), False, "Not everything could be erased."),
        ((Part(Kind.ROWS, LOGS, 3),), True, "This was stopped before its end."),
        (
            (Part(Kind.ROWS, LOGS, 3, left=0, files_until="2026-03-08T10:00:00+00:00"),),
            False,
            "files of former versions until 2026-03-08",
        ),
        (
            (Part(Kind.ROWS, LOGS, 3, left=3, problem="The table is locked."),),
            False,
            "The table is locked.",
        ),
    ],
)
def test_what_is_left_is_said(admin, shown, parts, stopped, sentence):
    """An erasure that is not complete never looks like one that is."""
    admin.erasures.outcome = protocol(parts, stopped=stopped)

    assert sentence in said(confirmed(chosen(admin)), shown)


def test_erasure_that_cannot_begin_says_why(admin, shown):
    """Without a protocol nothing is erased; the person stays chosen."""
    admin.erasures.outcome = Unavailable()

    assert "The workspace is not ready yet." in said(confirmed(chosen(admin)), shown)


def test_former_erasures_are_found_by_the_person(admin, shown):
    """Their names are not kept, so only who knows one finds theirs."""
    admin.erasures.protocols = [
        protocol(CLEAN, reference="Case 1"),
        protocol(CLEAN, person="eve@example.com", reference="Case 2", id="run2"),
    ]

    everybody = shown(admin.open("erase_person.py"))
    of_bob = shown(chosen(admin))

    assert "Case 1" in everybody
    assert "Case 2" in everybody
    assert BOB not in everybody
    assert "Case 1" in of_bob
    assert "Case 2" not in of_bob


def test_former_protocol_opens_with_what_was_found_where(admin):
    """The list is short; a protocol is read when it is asked for."""
    admin.erasures.protocols = [protocol(CLEAN)]
    at = admin.open("erase_person.py")
    assert not at.table

    at.button(key="show_run1").click().run()

    assert list(at.table[0].value["Left"]) == ["0", "0"]


def test_hostile_names_are_text(admin):
    """What a table, a person or a case is called cannot draw anything."""
    evil = "![x](https://evil.example/x) :red[y]"
    admin.erasures.parts = (Part(Kind.ROWS, evil, 1, problem=evil),)
    admin.erasures.protocols = [protocol(CLEAN, reference=evil, person=evil)]

    admin.erasures.known = [Person(evil, evil)]
    at = chosen(admin, evil)

    drawn = [each.value for each in [*at.markdown, *at.warning, *at.caption]]
    cells = [cell for table in at.table for cell in table.value["Where"]]
    assert not [text for text in [*drawn, *cells] if "![x](" in text or " :red[" in text]


def test_right_that_was_taken_away_meanwhile_is_a_sentence(admin, shown):
    """What the workspace says counts, not what the menu shows."""
    admin.erasures.outcome = NotAllowed("People can be erased by administrators only.")

    assert "administrators only" in said(confirmed(chosen(admin)), shown)
