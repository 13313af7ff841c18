"""People who send verdicts."""

import pytest

from local_workspace.access.principal import Principal


def person(name: str, *groups: str, kind="user") -> Principal:
    return Principal("1", name, name, kind, frozenset(groups))


@pytest.fixture
def reviewer() -> Principal:
    return person("ann@example.com", "reviewers")


@pytest.fixture
def admin() -> Principal:
    return person("root@example.com", "admins")


@pytest.fixture
def service_principal() -> Principal:
    return person("the-app", kind="service_principal")
