"""How much of a disk files take."""

import os

from local_workspace.disk_use import DiskUse, disk_use, last_touched

BLOCK = 4096


def put(path, blocks=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(blocks * BLOCK))
    return path


def test_everything_below_a_folder_is_counted(tmp_path):
    """However deep it lies."""
    put(tmp_path / "a")
    put(tmp_path / "b" / "c" / "d", 2)

    assert disk_use(tmp_path) == DiskUse(3 * BLOCK, 3 * BLOCK)


def test_file_of_two_names_takes_its_place_once(tmp_path):
    """Environments share their files with the cache they were installed from."""
    elsewhere = put(tmp_path / "cache" / "file")
    (tmp_path / "environment").mkdir()
    os.link(elsewhere, tmp_path / "environment" / "file")

    assert disk_use(tmp_path).size == BLOCK
    # Deleting this name alone frees nothing.
    assert disk_use(tmp_path / "environment") == DiskUse(BLOCK, 0)


def test_link_is_not_followed(tmp_path):
    """What it leads to belongs to somebody else."""
    put(tmp_path / "elsewhere" / "file", 9)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "link").symlink_to(tmp_path / "elsewhere")

    assert disk_use(tmp_path / "here").freed <= BLOCK


def test_folder_that_is_not_there_takes_nothing(tmp_path):
    """It may have been deleted in this moment."""
    assert disk_use(tmp_path / "none") == DiskUse()
    assert last_touched(tmp_path / "none") == 0


def test_last_change_may_be_deep_inside(tmp_path):
    """A folder does not tell that a file in a folder in it has changed."""
    os.utime(put(tmp_path / "a" / "b" / "c"), (5, 5))
    os.utime(put(tmp_path / "a" / "d"), (9, 9))

    assert last_touched(tmp_path) == 9
