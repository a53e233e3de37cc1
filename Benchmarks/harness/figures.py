"""Many readings of one thing in few words, and against what it must be."""

import json
import pathlib
import statistics

THRESHOLDS = pathlib.Path(__file__).resolve().parents[1] / "thresholds.json"


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def spread(values, digits=0):
    """least/median/greatest, or a dash."""
    values = [value for value in values if value is not None]
    if not values:
        return "–"
    return "/".join(f"{value:.{digits}f}" for value in (min(values), statistics.median(values), max(values)))


def table(head, rows):
    """Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


class Verdicts:
    """Figures beside the greatest values that they may have."""

    def __init__(self):
        self.limits = json.loads(THRESHOLDS.read_text())
        self.rows, self.failed = [], []

    def check(self, name, value, digits=2):
        """`name` is a key of thresholds.json; a figure that could not be read fails."""
        limit = self.limits[name]["limit"]
        good = value is not None and value <= limit
        if not good:
            self.failed.append(name)
        self.rows.append([
            "PASS" if good else "FAIL", self.limits[name]["what"], "–" if value is None else f"{value:.{digits}f}",
            f"{limit:g} {self.limits[name]['unit']}".strip()])

    def within(self, what, value, least=None, greatest=None, unit=""):
        """A figure with a bound of its own; one that could not be read fails."""
        good = value is not None and (least is not None or greatest is not None)
        good = good and (least is None or value >= least) and (greatest is None or value <= greatest)
        if not good:
            self.failed.append(what)
        bound = f"at least {least:g}" if least is not None else "–" if greatest is None else f"{greatest:g}"
        self.rows.append(["PASS" if good else "FAIL", what, "–" if value is None else f"{value:.2f}", f"{bound} {unit}".strip()])

    def below(self, what, value, other, unit=""):
        """A figure that must be less than another of the same run."""
        good = value is not None and other is not None and value < other
        if not good:
            self.failed.append(what)
        self.rows.append([
            "PASS" if good else "FAIL", what, "–" if value is None else f"{value:.2f}",
            "–" if other is None else f"below {other:.2f} {unit}".strip()])

    def text(self):
        return table(["", "figure", "measured", "limit"], self.rows)
