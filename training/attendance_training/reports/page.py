"""An HTML page of tables and plots: one file, nothing fetched from anywhere."""

from __future__ import annotations

import html
from collections.abc import Sequence

from attendance_training.reports.drawing import Picture

_STYLE = """
:root{color-scheme:light}
body{margin:0;background:#F6F7F9;color:#12161C;font:15px/1.5 system-ui,'Segoe UI','Noto Sans',sans-serif}
main{max-width:1180px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:28px;line-height:1.2;margin:0 0 8px}h2{font-size:20px;margin:40px 0 8px}p{margin:0 0 12px;max-width:75ch}
.muted{color:#4A5361}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(160px,1fr));gap:12px;margin:24px 0}
.tile{background:#FFF;border:1px solid #D5DAE1;border-radius:8px;padding:12px 16px}
.tile b{display:block;font-size:16px;line-height:1.3;padding:5px 0;font-variant-numeric:tabular-nums}
.tile b.number{font-size:24px;padding:0}
.tile span{font-size:13px;color:#4A5361;display:block}
table{border-spacing:0;background:#FFF;border:1px solid #D5DAE1;border-radius:8px;margin:8px 0 20px}
th,td{padding:7px 12px;text-align:right;border-bottom:1px solid #D5DAE1;font-variant-numeric:tabular-nums}
td{white-space:nowrap}
th{font-size:13px;color:#4A5361;font-weight:600;vertical-align:bottom}tr:last-child td{border-bottom:0}
th:first-child,td:first-child{text-align:left}
.scroll{overflow-x:auto}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,460px),1fr));gap:16px}
.plots img{box-sizing:border-box;width:100%;padding:12px;background:#FFF;border:1px solid #D5DAE1;border-radius:8px}
@media print{body{background:#FFF}main{padding:0}h2,h2+p{break-after:avoid}.scroll{overflow:visible}
.plots img,.tile,tr{break-inside:avoid}.plots{grid-template-columns:1fr 1fr}
th,td{padding:3px 5px;font-size:11px}td{white-space:normal}}
"""


def whole_page(title: str, body: str) -> str:
    """Return a whole HTML document.

    Args:
        title: of the window; escaped here.
        body: HTML.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main>\n{body}\n</main></body></html>\n"
    )


def section(title: str, text: str) -> str:
    """Return a heading and a paragraph below it; both are HTML."""
    return f"<h2>{title}</h2><p>{text}</p>"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; all texts are escaped here."""
    head = "".join(f"<th scope='col'>{html.escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def plots(pictures: Sequence[Picture]) -> str:
    """Return pictures side by side; "" without any."""
    images = "".join(f"<img alt='{html.escape(plot.title)}' src='{plot.address}'>" for plot in pictures)
    return f"<div class='plots'>{images}</div>" if pictures else ""
