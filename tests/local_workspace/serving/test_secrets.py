"""References become values only from a private file, and values never appear in what is said."""

import json

import pytest

from local_workspace.errors import InvalidParameter
from local_workspace.serving.secrets import Secrets

VALUE = "hunter2-hunter2"


@pytest.fixture
def file(tmp_path):
    """A secrets file as it should be."""
    path = tmp_path / "secrets.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps({"models": {"api-key": VALUE}}))
    return path


def test_reference_becomes_the_value_and_the_rest_stays(file):
    """Only a variable that is a reference as a whole is replaced."""
    environment = {"KEY": "{{secrets/models/api-key}}", "PLAIN": "x", "PART": "a{{secrets/a/b}}"}

    resolved = Secrets(file).resolve(environment)

    assert resolved == {"KEY": VALUE, "PLAIN": "x", "PART": "a{{secrets/a/b}}"}


def test_values_to_hide_are_those_referred_to(file):
    """What is no reference need not be kept out of logs."""
    environment = {"KEY": "{{secrets/models/api-key}}", "PLAIN": "x"}

    assert Secrets(file).values_in(environment) == [VALUE]


@pytest.mark.parametrize("reference", ["models/other", "nowhere/api-key"])
def test_missing_secret_is_named_by_scope_and_key(file, reference):
    """The sentence says which variable wants which secret, and no value."""
    with pytest.raises(InvalidParameter) as refusal:
        Secrets(file).resolve({"KEY": "{{secrets/" + reference + "}}"})

    assert "KEY" in refusal.value.message
    assert f"secret {reference}," in refusal.value.message
    assert VALUE not in refusal.value.message


def test_missing_file_is_a_missing_secret(tmp_path):
    """A workspace without a secrets file says what to add to it."""
    with pytest.raises(InvalidParameter, match="scope/key, which does not exist"):
        Secrets(tmp_path / "secrets.json").resolve({"KEY": "{{secrets/scope/key}}"})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_file_others_can_read_is_refused(file, mode):
    """Secrets in a file that others may read or write are not used."""
    file.chmod(mode)

    with pytest.raises(InvalidParameter) as refusal:
        Secrets(file).resolve({"KEY": "{{secrets/models/api-key}}"})

    assert "0600" in refusal.value.message
    assert VALUE not in refusal.value.message


def test_file_that_is_no_json_is_refused_without_its_content(file):
    """A typing mistake in the file is told as one, and its text stays in it."""
    file.write_text('{"models": {"api-key": "' + VALUE)

    with pytest.raises(InvalidParameter) as refusal:
        Secrets(file).resolve({"KEY": "{{secrets/models/api-key}}"})

    assert file.name in refusal.value.message
    assert VALUE not in refusal.value.message


@pytest.mark.parametrize("content", [{"models": VALUE}, [VALUE], {"models": {"api-key": 5}}])
def test_file_of_another_shape_is_refused_without_its_content(file, content):
    """A file that does not map scopes to keys to texts is told as such."""
    file.write_text(json.dumps(content))

    with pytest.raises(InvalidParameter) as refusal:
        Secrets(file).resolve({"KEY": "{{secrets/models/api-key}}"})

    assert VALUE not in refusal.value.message


def test_changed_file_counts_from_the_next_start(file):
    """A rotated secret needs no restart of the workspace."""
    secrets = Secrets(file)
    secrets.resolve({"KEY": "{{secrets/models/api-key}}"})
    file.write_text(json.dumps({"models": {"api-key": "rotated-value"}}))

    assert secrets.resolve({"KEY": "{{secrets/models/api-key}}"}) == {"KEY": "rotated-value"}
