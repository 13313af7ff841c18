"""Turning blind comparison on and off for an endpoint, as whoever the workspace was opened for."""

from databricks.sdk import WorkspaceClient

from backend.serving import comparison_setting
from backend.serving.comparison_setting import ComparisonSetting


class Comparisons:
    """Changes which version an endpoint's answers are compared with; the workspace decides who may.

    What a comparison brought to light is part of the verdicts: see `Preference` there.
    """

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace

    def turn_on(self, endpoint: str, served_name: str, *, tells_afterwards: bool = False) -> None:
        """Let this served version answer every question, too; it must have no traffic."""
        setting = ComparisonSetting(served_name, tells_afterwards)
        comparison_setting.save(self._workspace, endpoint, setting)

    def turn_off(self, endpoint: str) -> None:
        """Ask only the versions with traffic from now on."""
        comparison_setting.save(self._workspace, endpoint, ComparisonSetting())
