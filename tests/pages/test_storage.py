"""The page of storage: what takes the disk, and cleaning what may go."""

import pytest

from backend.errors import NotAllowed
from backend.identity import Role
from backend.serving.endpoints import Endpoint, Readiness
from backend.storage import StorageUse, StoredItem
from components.storage_use import size
from tests.pages.stored import USE


@pytest.fixture
def admin(visit):
    visit.identity.roles = {Role.ADMIN}
    return visit


def press(at, label):
    return next(each for each in at.button if each.label == label).click().run()


def test_largest_part_comes_first_and_says_what_may_be_cleaned(admin, shown):
    """What grows is seen at once; what is in use is told from what is not."""
    at = admin.open("storage.py")

    assert "takes 502 MB of the disk; 9.0 GB are free" in shown(at).replace("*", "")
    parts, models, tables = (each.value for each in at.dataframe)
    assert list(parts["What"]) == ["Models fetched to be served", "Inference tables"]
    assert list(parts["May be cleaned"]) == ["200 MB", "-"]
    assert list(models["Version"]) == ["main.hr.chain 2", "main.hr.chain 1"]
    assert list(models["In use"]) == ["yes", "no, may be cleaned"]
    assert list(tables["Table"]) == ["main.hr.chain_payload"]


def test_cleaning_asks_first_and_says_what_stays(admin, shown):
    """Nothing is deleted by the first click."""
    at = press(admin.open("storage.py"), "Clean 200 MB")

    assert admin.storage.cleaned == []
    assert "Questions, answers, verdicts, traces and registered models stay." in shown(at)
    assert [box.label for box in at.checkbox] == ["Models fetched to be served: 200 MB"]


def test_nothing_to_clean_offers_nothing(admin, shown):
    """A button that does nothing would only raise hopes."""
    admin.storage.content = StorageUse(USE.parts[:1], USE.free, USE.measured_at)

    at = admin.open("storage.py")

    assert "nothing that could be cleaned" in shown(at)
    assert not [each for each in at.button if each.label.startswith("Clean")]


def test_where_the_disk_is_the_platforms_the_tables_are_what_is_known(admin, shown):
    """On Databricks there is nothing to clean, and the page says whose the disk is."""
    admin.storage.content = None
    admin.storage.sizes = (StoredItem("main.hr.chain_payload", 1234),)
    admin.endpoints.content = [Endpoint("chain", "", "", Readiness.READY, ())]

    at = admin.open("storage.py")

    assert "The disk is the platform's" in shown(at)
    assert list(at.dataframe[0].value["Size"]) == ["1.2 kB"]


def test_refusal_of_the_workspace_is_a_sentence(admin, shown):
    """Who is no admin there learns that, whatever the app believed."""
    admin.storage.content = NotAllowed("alice is not an admin of this workspace.")

    assert "alice is not an admin" in shown(admin.open("storage.py"))


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (25_400_000, "25 MB")],
)
def test_bytes_are_said_as_people_read_them(count, said):
    """Two digits are enough, in units of a thousand as disks are sold."""
    assert size(count) == said
