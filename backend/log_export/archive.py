"""A ZIP that is made while it is sent: one file in parts, and behind it the manifest.

Its table of contents comes last, so what is broken off opens as no archive at all.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from backend.tables.part_sink import PartSink

MANIFEST = "manifest.json"
MEDIA_TYPE = "application/zip"
# Fast: it has to keep up with the warehouse.
_LEVEL = 1


def zipped(
    name: str,
    parts: Iterable[bytes],
    manifest_of: Callable[[str, int], Mapping[str, Any]],
    *,
    is_packed: bool = False,
) -> Iterator[bytes]:
    """Yield the archive; `manifest_of` is told the file's SHA-256 and length when it is whole."""
    sink, digest, length = PartSink(), hashlib.sha256(), 0
    compression = ZIP_STORED if is_packed else ZIP_DEFLATED
    with ZipFile(sink, "w", compression, allowZip64=True, compresslevel=_LEVEL) as archive:
        with archive.open(name, "w", force_zip64=True) as entry:
            for part in parts:
                digest.update(part)
                length += len(part)
                entry.write(part)
                if sent := sink.taken():
                    yield sent
        manifest = manifest_of(digest.hexdigest(), length)
        text = json.dumps(manifest, ensure_ascii=False, indent=2)
        archive.writestr(MANIFEST, text.encode(errors="replace"))
        for each in archive.infolist():
            each.date_time = datetime.now(UTC).timetuple()[:6]
    yield sink.taken()
