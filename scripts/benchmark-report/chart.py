"""A bar chart as SVG: narrow enough for a phone, readable on white and on black."""

from xml.sax.saxutils import escape

WIDTH = 420
LABELS = 118  # what the names on the left take
VALUES = 68  # what the numbers on the right take
BAR = 20
GAP = 5
TITLE = 26
BETWEEN = 14

STYLE = """
    text { font: 14px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
    .title { font-weight: 600; }
    .foot { font-size: 12px; fill: #59636e; }
    .ours { fill: #d9480f; }
    .other { fill: #8c959f; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .foot { fill: #9198a1; }
      .ours { fill: #ff8a3d; }
      .other { fill: #6e7681; }
    }
"""


def svg(panels, foot):
    """Panels are (title, [(name, value, text)]), each with a scale of its own; the first bar is ours."""
    parts, y = [], 8
    for title, bars in panels:
        parts.append(f'<text class="title" x="8" y="{y + 15}">{escape(title)}</text>')
        y += TITLE
        largest = max(value for _, value, _ in bars)
        for index, (name, value, text) in enumerate(bars):
            length = max(2, (WIDTH - LABELS - VALUES) * value / largest)
            kind = "other" if index else "ours"
            parts.append(f'<text x="8" y="{y + 15}">{escape(name)}</text>')
            parts.append(
                f'<rect class="{kind}" x="{LABELS}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2"/>')
            parts.append(f'<text x="{LABELS + length + 6:.1f}" y="{y + 15}">{escape(text)}</text>')
            y += BAR + GAP
        y += BETWEEN
    parts.append(f'<text class="foot" x="8" y="{y + 8}">{escape(foot)}</text>')
    height = y + 18
    title = "Speed of this project beside PyTorch and ONNX Runtime"
    body = "\n  ".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-label="{title}">\n  <title>{title}</title>\n'
        f"  <style>{STYLE}  </style>\n  {body}\n</svg>\n")
