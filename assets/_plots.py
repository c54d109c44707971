"""Small plots for an asset's page: base64 images in Markdown, readable in both themes and by colour-blind eyes."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes

__all__ = ["Interval", "bars", "calibration", "intervals", "stacked"]

# Okabe and Ito's colours: told apart with every kind of colour blindness.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
_INK = "#222222"
_MOST = 24
_LONGEST_NAME = 36
_DRAWN = 0x500  # the first characters that DejaVu has all of: Latin, Greek, Cyrillic
_WIDTH, _ROW, _FRAME, _SQUARE = 6.4, 0.26, 0.95, 4.0
_DPI = 110


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, the ends of its interval, and the number of observations behind it."""

    name: str
    value: float
    low: float
    high: float
    n: int


def bars(title: str, sizes: Mapping[str, float]) -> dg.MarkdownMetadataValue:
    """One bar per name, in the order given, its size at its end; the title is our own words."""
    return stacked(title, {name: {"": size} for name, size in sizes.items()})


def stacked(title: str, sizes: Mapping[str, Mapping[str, float]]) -> dg.MarkdownMetadataValue:
    """One bar per name, cut into parts; the same part has the same colour in every bar, the total stands at its end."""
    names = list(sizes)[:_MOST]
    parts = list(dict.fromkeys(part for name in names for part in sizes[name]))

    def draw(axes: Axes) -> None:
        left = [0.0] * len(names)
        for number, part in enumerate(parts):
            widths = [float(sizes[name].get(part, 0)) for name in names]
            axes.barh(
                range(len(names)), widths, left=left, height=0.7, color=_COLOURS[number % len(_COLOURS)], label=part
            )
            left = [start + width for start, width in zip(left, widths, strict=True)]
        for row, total in enumerate(left):
            axes.text(total, row, f" {total:,.6g}", va="center", fontsize=8, color=_INK)
        axes.set_xlim(0, max([*left, 1e-9]) * 1.15)
        axes.xaxis.set_visible(False)
        if len(parts) > 1:
            axes.legend(
                loc="lower center", bbox_to_anchor=(0.5, 1), ncols=min(len(parts), 5), fontsize=8, frameon=False
            )

    return _picture(title, names, draw)


def intervals(title: str, figures: Sequence[Interval], *, at_chance: float | None = None) -> dg.MarkdownMetadataValue:
    """One dot per figure on the scale from 0 to 1, with its interval; a line where chance alone would put it."""
    shown = list(figures)[:_MOST]

    def draw(axes: Axes) -> None:
        if at_chance is not None:
            axes.axvline(at_chance, color="#888888", linewidth=1, linestyle=":")
        for row, figure in enumerate(shown):
            axes.plot([figure.low, figure.high], [row, row], color=_COLOURS[0], linewidth=2, solid_capstyle="butt")
            axes.plot(figure.value, row, "o", color=_COLOURS[0], markersize=5)
            axes.text(
                1.02, row, f"{figure.value:.2f}  n={figure.n:,}", va="center", fontsize=8, color=_INK, clip_on=False
            )
        axes.set_xlim(0, 1)
        axes.tick_params(axis="x", labelsize=8, colors=_INK)

    return _picture(title, [figure.name for figure in shown], draw)


def calibration(title: str, points: Sequence[tuple[float, float]]) -> dg.MarkdownMetadataValue:
    """Each point a claimed probability and the share that came true, both 0 to 1; on the line, claims are kept."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color="#888888", linewidth=1, linestyle=":")
        axes.plot(*zip(*points, strict=True), "o-", color=_COLOURS[0], markersize=5, linewidth=1)
        axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
        axes.set_xlabel("claimed", fontsize=8, color=_INK)
        axes.set_ylabel("right", fontsize=8, color=_INK)
        axes.tick_params(labelsize=8, colors=_INK)

    return _drawn(title, _SQUARE, draw) if points else _nothing()


def _picture(title: str, names: Sequence[str], draw: Callable[[Axes], None]) -> dg.MarkdownMetadataValue:
    """A picture with one row per name."""

    def draw_rows(axes: Axes) -> None:
        draw(axes)
        axes.set_yticks(range(len(names)), [_plain(name) for name in names], fontsize=8, color=_INK)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)

    return _drawn(title, _FRAME + _ROW * len(names), draw_rows) if names else _nothing()


def _drawn(title: str, height: float, draw: Callable[[Axes], None]) -> dg.MarkdownMetadataValue:
    # Imported here: a code location that only lists assets must not pay for it.
    from matplotlib import rc_context  # noqa: PLC0415 - see above
    from matplotlib.figure import Figure  # noqa: PLC0415 - see above

    # A name may hold anything; `$` must not begin a formula.
    with rc_context({"text.parse_math": False, "font.family": "DejaVu Sans"}):
        figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, layout="constrained", facecolor="white")
        axes = figure.add_subplot()
        draw(axes)
        for side in ("top", "right", "left", "bottom"):
            axes.spines[side].set_visible(False)
        figure.suptitle(title, fontsize=9, color=_INK, x=0.01, ha="left")
        target = io.BytesIO()
        figure.savefig(target, format="png")
    image = base64.b64encode(target.getvalue()).decode("ascii")
    return dg.MetadataValue.md(f"![{_inert(title)}](data:image/png;base64,{image})")


def _nothing() -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md("nothing to plot yet")


def _plain(text: str) -> str:
    """The text with what the font cannot draw replaced, cut to fit beside a bar."""
    drawn = "".join(each if each.isprintable() and ord(each) < _DRAWN else "\N{MIDDLE DOT}" for each in text)
    return drawn if len(drawn) <= _LONGEST_NAME else drawn[: _LONGEST_NAME - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _inert(text: str) -> str:
    """The text without anything Markdown would read as more than words."""
    return "".join(each if each.isalnum() or each in " .,:-" else " " for each in text)
