"""Says whether an example has changed: a hash over everything that shapes its deployment.

Imports nothing but the standard library, because it runs before anything slow may be imported.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

EXAMPLES = Path(__file__).parent
# Folders that go into every model, whichever example it is.
SHARED = ("answering", "corpus")
# The environment decides which language model an endpoint asks; its key is no part of this.
SETTINGS = ("EXAMPLES_LLM_BASE_URL", "EXAMPLES_LLM_MODEL")


def fingerprint(example: str, root: Path = EXAMPLES) -> str:
    """Return a hash that changes when a file or setting of the example does."""
    digest = hashlib.sha256()
    for file in _files(example, root):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    for setting in SETTINGS:
        digest.update(f"{setting}={os.environ.get(setting, '')}\n".encode())
    return digest.hexdigest()


def _files(example: str, root: Path) -> Iterator[Path]:
    # Of the modules beside this one only the deployment shapes what is deployed.
    yield root / "deployment.py"
    for folder in (*SHARED, example):
        found = (root / folder).rglob("*")
        yield from sorted(file for file in found if file.suffix in (".py", ".md", ".json"))
