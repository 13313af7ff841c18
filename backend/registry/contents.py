"""What lies in the files of a version, as a page may show it; knows no store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Look(StrEnum):
    """How a file can be shown."""

    TEXT = "text"
    JSON = "json"
    IMAGE = "image"
    # Only its name and size.
    NOTHING = "nothing"


@dataclass(frozen=True)
class File:
    """A file or a folder of a version."""

    path: str
    is_folder: bool = False
    size: int | None = None

    @property
    def name(self) -> str:
        """Return the last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def depth(self) -> int:
        """Return in how many folders it lies."""
        return self.path.count("/")


@dataclass(frozen=True)
class Files:
    """What lies in a version, folders before what is in them; `is_cut` if there is more."""

    files: tuple[File, ...]
    is_cut: bool = False


@dataclass(frozen=True)
class Preview:
    """The content of one file, or why it is not shown."""

    path: str
    look: Look
    text: str = ""
    data: bytes = b""
    problem: str = ""


@dataclass(frozen=True)
class Part:
    """One named part of what a model takes or gives."""

    name: str
    kind: str
    is_required: bool = True

    def __str__(self) -> str:
        """Return it as text."""
        return f"{self.name or 'unnamed'}: {self.kind}{'' if self.is_required else ' (optional)'}"


@dataclass(frozen=True)
class Signature:
    """What a model takes, gives and can be told beside it."""

    inputs: tuple[Part, ...] = ()
    outputs: tuple[Part, ...] = ()
    parameters: tuple[Part, ...] = ()

    def __str__(self) -> str:
        """Return it as text, for who compares two of them."""
        titled = {"takes": self.inputs, "gives": self.outputs, "may be told": self.parameters}
        return "\n".join(f"{title} {part}" for title, parts in titled.items() for part in parts)


@dataclass(frozen=True)
class Prompt:
    """A text a model instructs another one with, and where it was found."""

    name: str
    text: str


@dataclass(frozen=True)
class Contents:
    """The small files of a version; whatever looks like a secret is masked in all of them."""

    description: str = ""
    signature: Signature | None = None
    # How it is asked: a task such as `agent/v2/chat`, where it has one.
    task: str = ""
    flavors: tuple[str, ...] = ()
    mlflow_version: str = ""
    size: int | None = None
    config: Json = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    example: str = ""
    # The body of a request, as MLflow derived it from the example.
    request: Json = field(default_factory=dict)
    requirements: str = ""
    # What surrounds it when it runs: the texts of `conda.yaml` and `python_env.yaml` by name.
    environment: Mapping[str, str] = field(default_factory=dict)
    # The files of models from code, that of the chain first; their texts by path.
    code: Mapping[str, str] = field(default_factory=dict)
    prompts: tuple[Prompt, ...] = ()
