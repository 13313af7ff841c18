"""Writes a report as one HTML file: no script, nothing loaded, every text escaped; prints well."""

from collections.abc import Iterator, Mapping
from html import escape

from backend.quality.report import Report
from backend.quality.report_parts import Part, parts
from backend.quality.shares import Share
from backend.quality.visible_text import visible

MEDIA_TYPE = "text/html"
_WIDTH, _ROW, _LEFT, _RIGHT = 640, 22, 200, 20
# Beyond this many a plot is no longer read.
_MOST_DRAWN = 60

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1c1d21; background: #fff; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.time { color: #55575f; margin-top: 0.2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem 0.3rem 0;
  border-bottom: 1px solid #dcdde2; overflow-wrap: anywhere; unicode-bidi: isolate; }
svg { max-width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: #1c1d21; }
footer { color: #55575f; margin-top: 2rem; font-size: 0.85rem; }
th { overflow-wrap: normal; white-space: nowrap; }
@media print { body { margin: 0; max-width: none; } section { break-inside: avoid-page; }
  tr { break-inside: avoid; } }
"""
_HOW = (
    "Shares are of the last word of each person on each answer. In brackets is between which "
    "values the share lies with 95 % confidence (Wilson); of differences it is Newcombe's interval."
)


def written(report: Report) -> bytes:
    """Return the file."""
    return "".join(_pieces(report)).encode()


def _pieces(report: Report) -> Iterator[str]:
    title = _text(report.title)
    # A browser that opens it asks nobody anything, whatever is in it.
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    yield (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f'<p class="time">{_text(report.time)}</p>'
    )
    yield from (f"<p>{_text(sentence)}</p>" for sentence in report.summary())
    for part in parts(report):
        yield from _section(part)
    yield f"<footer><p>{_text(_HOW)}</p></footer></body></html>\n"


def _section(part: Part) -> Iterator[str]:
    yield f"<section><h2>{_text(part.title)}</h2>"
    yield from (f"<p>{_text(sentence)}</p>" for sentence in part.sentences)
    if len(part.shares) > 1:
        yield _plot(part.title, part.shares)
    if part.rows:
        heads = "".join(f'<th scope="col">{_text(each)}</th>' for each in part.columns)
        yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
        for row in part.rows:
            yield f"<tr>{''.join(f'<td>{_text(each)}</td>' for each in row)}</tr>"
        yield "</tbody></table>"
    yield "</section>"


def _plot(title: str, shares: Mapping[str, Share]) -> str:
    """Return each share as a point on a line from 0 to 100 %, its interval as a bar."""
    drawn = list(shares.items())[-_MOST_DRAWN:]
    height = _ROW * (len(drawn) + 1)
    pieces = [_scale(height)]
    for row, (name, share) in enumerate(drawn):
        middle = _ROW * row + _ROW / 2
        low, high = _place(share.interval.low), _place(share.interval.high)
        pieces.append(
            f'<text x="{_LEFT - 10}" y="{middle + 4}" text-anchor="end">'
            f"{_text(_short(name))}</text>"
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}" stroke="#8a8fd6" '
            'stroke-width="6"/>'
            f'<circle cx="{_place(share.value or 0):.1f}" cy="{middle}" r="4" fill="#3538a0"/>'
        )
    return (
        f'<svg role="img" aria-label="{_text(title)}, called wrong" width="{_WIDTH}" '
        f'height="{height}" viewBox="0 0 {_WIDTH} {height}">{"".join(pieces)}</svg>'
    )


def _scale(height: int) -> str:
    lines = (
        f'<line x1="{_place(each):.1f}" x2="{_place(each):.1f}" y1="0" y2="{height - _ROW}" '
        'stroke="#dcdde2"/>'
        f'<text x="{_place(each):.1f}" y="{height - 6}" text-anchor="middle">{each:.0%}</text>'
        for each in (0, 0.25, 0.5, 0.75, 1)
    )
    return "".join(lines)


def _place(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _short(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:26]} …"


def _text(text: str) -> str:
    return escape(visible(text))
