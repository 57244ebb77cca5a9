"""Draws line charts as SVG that reads on a light and on a dark page. Standard library only."""
import collections
import html
import math

# A series is drawn as a line through its points, markers alone, or both. A point is (x, y) or
# (x, y, low, high, label): low and high bound a whisker, the label stands beside the marker; None
# leaves either out. `color` is an index into COLORS, `marker` one of "dot", "ring", "diamond", "".
Series = collections.namedtuple("Series", "name points color line dash marker", defaults=(0, True, False, "dot"))

COLORS = [("#1f6fb2", "#6cb6ff"), ("#c0392b", "#ff8a75"), ("#1e8449", "#63d68b"), ("#7d3c98", "#d2a8ff"),
          ("#57606a", "#9da7b1")]
LEFT, RIGHT, TOP, BOTTOM = 62, 20, 40, 54
FONT = 12


def style():
    def scheme(index):
        ink, paper, grid = (("#1f2328", "#ffffff", "#d8dee4"), ("#e6edf3", "#0d1117", "#30363d"))[index]
        rules = [f".ink{{fill:{ink}}}.paper{{fill:{paper}}}.grid{{stroke:{grid}}}.axis{{stroke:{ink}}}"]
        rules += [f".f{i}{{fill:{c[index]}}}.s{i}{{stroke:{c[index]}}}" for i, c in enumerate(COLORS)]
        return "".join(rules)
    return f"<style>{scheme(0)}@media(prefers-color-scheme:dark){{{scheme(1)}}}</style>"


def log_ticks(low, high):
    """Of [low, high] the powers of ten, with 2 and 5 or all of 1 to 9 times those where they would be few."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    within = lambda factors: [m * 10.0**e for e in exponents for m in factors if low * 0.999 <= m * 10.0**e <= high * 1.001]
    some = within((1, 2, 5))
    return within((1,)) if len(some) > 8 else some if len(some) > 2 else within(range(1, 10))


def linear_ticks(low, high, count=6):
    """Multiples of 1, 2 or 5 times a power of ten within [low, high], at most count of them."""
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [i * step for i in range(first, math.floor(high / step + 1e-9) + 1)]


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:g}" if value == round(value, 3) else f"{value:.3g}"


def text_width(text):
    return 0.6 * FONT * len(text)


class Labels:
    """Finds places for labels beside their points, away from markers and other labels."""

    def __init__(self, area):
        self.area, self.taken = area, []

    def take(self, x0, y0, x1, y1):
        self.taken.append((x0, y0, x1, y1))

    def overlap(self, box):
        x0, y0, x1, y1 = box
        left, top, right, bottom = self.area
        outside = max(left - x0, 0) + max(x1 - right, 0) + max(top - y0, 0) + max(y1 - bottom, 0)
        covered = sum(max(min(x1, b[2]) - max(x0, b[0]), 0) * max(min(y1, b[3]) - max(y0, b[1]), 0) for b in self.taken)
        return 100 * outside + covered

    def place(self, x, y, text):
        """Where the text's anchor stands and which of its ends that is: the place of least overlap, the
        nearest of those."""
        wide, best = text_width(text), None
        for away in range(5):
            for dx, dy, anchor in ((9, 4, "start"), (-9, 4, "end"), (0, -9, "middle"), (0, 19, "middle"), (8, -7, "start"),
                                   (8, 16, "start"), (-8, -7, "end"), (-8, 16, "end")):
                at, base = x + dx, y + dy + math.copysign(13 * away, dy - 4.5)
                left = at - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
                box = (left - 1, base - FONT + 1, left + wide + 1, base + 3)
                cost = self.overlap(box) + 2 * away
                if best is None or cost < best[0]:
                    best = (cost, at, base, anchor, box)
        self.take(*best[4])
        return best[1:4]


def marker(kind, color, x, y):
    if kind == "ring":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="paper s{color}" stroke-width="1.6"/>'
    if kind == "diamond":
        return f'<path d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z" class="f{color}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6" class="f{color}"/>' if kind else ""


def draw(title, x_label, y_label, series, log_x=False, x_range=None, y_range=None, x_ticks=None, width=720, height=420):
    """The SVG text. Ranges are those of the points with a margin, or as given; lines leave a given
    range at its edge, and points outside of it are left out."""
    series = [s for s in series if s.points]
    every = [p for s in series for p in s.points]
    if not every:
        raise ValueError(f"{title}: no points")
    xs = [p[0] for p in every]
    ys = [v for p in every for v in (p[1:4] if len(p) > 2 else p[1:2]) if v is not None]
    scale = math.log10 if log_x else float
    x_low, x_high = (scale(v) for v in (x_range or (min(xs), max(xs))))
    y_low, y_high = y_range or (min(ys), max(ys))
    if not x_range:
        margin = 0.05 * (x_high - x_low) or 0.1
        x_low, x_high = x_low - margin, x_high + margin
    if not y_range:
        margin = 0.08 * (y_high - y_low) or 0.1
        y_low, y_high = y_low - margin, y_high + margin
    # Entries of the legend go to a new row where they would leave the chart.
    legend, row, at = [], 0, LEFT
    for s in series:
        wide = 34 + text_width(s.name)
        if at > LEFT and at + wide > width - RIGHT:
            row, at = row + 1, LEFT
        legend.append((at, row))
        at += wide + 12
    top = TOP + 18 * (row + 1)
    right, bottom = width - RIGHT, height - BOTTOM
    across = lambda v: LEFT + (right - LEFT) * (scale(v) - x_low) / (x_high - x_low)
    up = lambda v: bottom - (bottom - top) * (v - y_low) / (y_high - y_low)
    inside = lambda p: x_low - 1e-9 <= scale(p[0]) <= x_high + 1e-9 and y_low <= p[1] <= y_high

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
           f'font-family="sans-serif" font-size="{FONT}" role="img">', f"<title>{html.escape(title)}</title>", style(),
           '<rect width="100%" height="100%" class="paper"/>',
           f'<clipPath id="plot"><rect x="{LEFT}" y="{top}" width="{right - LEFT}" height="{bottom - top}"/></clipPath>',
           f'<text x="{LEFT}" y="24" class="ink" font-size="15" font-weight="bold">{html.escape(title)}</text>']
    for v in x_ticks or (log_ticks(10**x_low, 10**x_high) if log_x else linear_ticks(x_low, x_high, 10)):
        x = across(v)
        out.append(f'<path d="M{x:.1f} {top}V{bottom}" class="grid"/>'
                   f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle" class="ink">{number(v)}</text>')
    for v in linear_ticks(y_low, y_high):
        y = up(v)
        out.append(f'<path d="M{LEFT} {y:.1f}H{right}" class="grid"/>'
                   f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" class="ink">{number(round(v, 9))}</text>')
    out.append(f'<path d="M{LEFT} {top}V{bottom}H{right}" class="axis" fill="none"/>'
               f'<text x="{(LEFT + right) / 2}" y="{height - 14}" text-anchor="middle" class="ink">{html.escape(x_label)}</text>'
               f'<text transform="translate(16 {(top + bottom) / 2}) rotate(-90)" text-anchor="middle" class="ink">'
               f"{html.escape(y_label)}</text>")
    labels = Labels((LEFT, top, right, bottom))
    marks, texts = [], []
    for s, (at, row) in zip(series, legend):
        y = TOP + 18 * row + 4
        line = f'class="s{s.color}" fill="none" stroke-width="1.8"' + (' stroke-dasharray="5 4"' if s.dash else "")
        if s.line:
            out.append(f'<path d="M{at} {y}h24" {line}/>')
            ends = " ".join(f"{across(p[0]):.1f},{up(p[1]):.1f}" for p in s.points)
            out.append(f'<polyline points="{ends}" clip-path="url(#plot)" {line}/>')
        out.append(marker(s.marker, s.color, at + 12, y)
                   + f'<text x="{at + 30}" y="{y + 4}" class="ink">{html.escape(s.name)}</text>')
        for p in filter(inside, s.points):
            x, y, low, high = across(p[0]), up(p[1]), *(p[2:4] if len(p) > 2 else (None, None))
            if low is not None and high > low:
                marks.append(f'<path d="M{x:.1f} {up(low):.1f}V{up(high):.1f}M{x - 4:.1f} {up(low):.1f}h8'
                             f'M{x - 4:.1f} {up(high):.1f}h8" class="s{s.color}" clip-path="url(#plot)"/>')
                labels.take(x - 4, up(high), x + 4, up(low))
            marks.append(marker(s.marker, s.color, x, y))
            labels.take(x - 5, y - 5, x + 5, y + 5)
            if len(p) > 4 and p[4]:
                texts.append((x, y, p[4]))
    for x, y, text in texts:
        at, base, anchor = labels.place(x, y, text)
        marks.append(f'<text x="{at:.1f}" y="{base:.1f}" text-anchor="{anchor}" class="ink">{html.escape(text)}</text>')
    return "\n".join(out + marks) + "\n</svg>\n"
