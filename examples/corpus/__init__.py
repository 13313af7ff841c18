"""The handbook on gamma-ray bursts that the examples answer from.

Each Markdown file is a document, each numbered section of it a passage. The number is part of the
passage's URI and never reused, so that `handbook://grb/afterglows#2` means the same text for good.
"""

import re
from dataclasses import dataclass
from pathlib import Path

HANDBOOK = Path(__file__).parent / "handbook"
_SECTION = re.compile(r"^## (?P<number>\d+): (?P<heading>[^\n]+)\n(?P<text>[^#]+)", re.MULTILINE)


@dataclass(frozen=True)
class Passage:
    """A few sentences of the handbook that can be cited on their own."""

    uri: str
    title: str
    text: str

    @property
    def chunk_id(self) -> str:
        """Return the passage's key, the URI without its scheme."""
        return self.uri.removeprefix("handbook://")


def load_passages(folder: Path = HANDBOOK) -> tuple[Passage, ...]:
    """Return every passage below the folder, ordered by document and number."""
    files = sorted(folder.rglob("*.md"))
    return tuple(passage for file in files for passage in _passages(file, folder))


def _passages(file: Path, folder: Path) -> list[Passage]:
    markdown = file.read_text(encoding="utf-8")
    document = markdown.partition("\n")[0].removeprefix("# ").strip()
    uri = f"handbook://{file.relative_to(folder).with_suffix('').as_posix()}"
    return [
        Passage(
            uri=f"{uri}#{section['number']}",
            title=f"{document}: {section['heading']}",
            text=" ".join(section["text"].split()),
        )
        for section in _SECTION.finditer(markdown)
    ]
