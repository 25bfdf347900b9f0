"""The pages: one for each student, one for the instructor. Plain HTML, nothing from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from ganlearn.grading.confine import SENTENCES
from ganlearn.grading.marking import CRASHED, MISSING, NOT_ATTEMPTED, PASSED, STOPPED, UNREADABLE
from ganlearn.grading.record import Graded, Record
from ganlearn.grading.tally import BY_HAND, Row

SIGNS = {PASSED: "✓", NOT_ATTEMPTED: "·", BY_HAND: "✎"}
STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff;
       max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { padding: .2rem .8rem .2rem 0; text-align: left;
       vertical-align: top; border-bottom: 1px solid #ccc; }
td.n, th.n { text-align: right; }
pre { background: #f4f4f4; padding: .6rem; overflow-x: auto; white-space: pre-wrap; }
.mark { border-left: .4rem solid #b35900; padding: .4rem .8rem; background: #fff6ec; }
.mark.passed { border-color: #0b5d8a; background: #eef6fb; }
svg { max-width: 100%; height: auto; }
"""


def feedback(record: Record, rows: Sequence[Row], title: str) -> str:
    """The page for a student: points, what each check said, and their own code.

    Nothing that was put out while hidden tests ran is on it, and not their text.
    """
    by_exercise = {row.exercise: row for row in rows}
    points, maximum = sum(r.points for r in rows), sum(r.maximum for r in rows)
    parts = [f"<p><strong>{points:g} of {maximum:g} points</strong></p>"]
    parts += ["<p>The learning platform marked it as late.</p>"] if record.late else []
    parts += [_notes(record.notes)]
    parts += [
        _table(
            ("Exercise", "Points", "Of", "State"),
            [(row.exercise, f"{row.points:g}", f"{row.maximum:g}", _state(row)) for row in rows],
        )
    ]
    for row in rows:
        if row.state == BY_HAND and row.sentence:
            parts.append(_box(row))
    parts += [_notebook(notebook, by_exercise) for notebook in record.notebooks]
    return _page(f"{title}: {record.student}", "\n".join(parts))


def _notebook(notebook: Graded, rows: Mapping[str, Row]) -> str:
    parts = [f"<h2>{escape(notebook.assignment)}</h2>"]
    if notebook.file:
        parts.append(f"<p>From <code>{escape(notebook.file)}</code></p>")
    parts.append(_notes(notebook.notes))
    shown = set()
    for number, cell in enumerate(notebook.cells, 1):
        if cell["exercise"]:
            shown.add(cell["exercise"])
            parts.append(_box(rows[cell["exercise"]]))
        elif cell["kind"] == "code":
            parts.append(f"<p>Cell {number}</p><pre>{escape(cell['source'])}</pre>")
    parts += [_box(rows[m.exercise]) for m in notebook.marks if m.exercise not in shown]
    return "\n".join(parts)


def summary(
    records: Sequence[Record], rows: Mapping[str, Sequence[Row]], title: str, level: str
) -> str:
    """The instructor's page.

    Args:
        records: of all students.
        rows: student to lines.
        title: of the course.
        level: of isolation.
    """
    everything = [row for record in records for row in rows[record.student]]
    shares = [_share(rows[record.student]) for record in records]
    odd = [(record, what) for record in records for what in _odd(record)]
    parts = [f"<p>{len(records)} submissions. {escape(SENTENCES[level].capitalize())}.</p>"]
    parts += ["<h2>Points</h2>", histogram(shares), "<h2>Exercises</h2>", _exercises(everything)]
    parts += ["<h2>Most common diagnoses</h2>", _diagnoses(everything)]
    parts += ["<h2>To be looked at</h2>"]
    parts += [_table(("Student", "What"), [(_link(r), escape(what)) for r, what in odd])]
    parts += ["<h2>Students</h2>", _students(records, rows)]
    return _page(f"{title}: grades", "\n".join(parts))


def histogram(shares: Sequence[float]) -> str:
    """Students by tenths of the points, as a picture with words and as a table.

    Args:
        shares: of the points, 0 to 1, one for each student.
    """
    counts = Counter(min(9, int(10 * share + 1e-9)) for share in shares)
    names = [f"{10 * i}–{10 * i + 9} %" if i < 9 else "90–100 %" for i in range(10)]
    most = max(counts.values(), default=1)
    told = ", ".join(f"{names[i]}: {counts[i]}" for i in range(10) if counts[i]) or "nobody"
    bars = []
    for i, name in enumerate(names):
        height = 120 * counts[i] / most
        x, y = 10 + 62 * i, 150 - height
        bars.append(f'<rect x="{x}" y="{y:.1f}" width="54" height="{height:.1f}" fill="#0b5d8a"/>')
        for text, at in ((str(counts[i]), y - 6), (name, 170)):
            bars.append(
                f'<text x="{x + 27}" y="{at:.1f}" font-size="12" text-anchor="middle" '
                f'fill="#1a1a1a">{text}</text>'
            )
    return (
        f'<svg role="img" viewBox="0 0 640 180" width="640" aria-labelledby="histogram">'
        f'<title id="histogram">Students by share of the points. {told}.</title>'
        f"{''.join(bars)}</svg>"
    )


def _exercises(rows: Sequence[Row]) -> str:
    names = dict.fromkeys(row.exercise for row in rows)
    lines = []
    for name in names:
        mine = [row for row in rows if row.exercise == name]
        states = Counter(row.state for row in mine)
        mean = sum(row.points for row in mine) / len(mine)
        others = ", ".join(f"{n} {state}" for state, n in states.most_common())
        lines.append((name, f"{mean:.2f}", f"{mine[0].maximum:g}", others))
    return _table(("Exercise", "Mean", "Of", "States"), lines)


def _diagnoses(rows: Sequence[Row]) -> str:
    wrong = [row for row in rows if row.mistake]
    said = {(row.exercise, row.mistake): row.sentence for row in wrong}
    common = Counter((row.exercise, row.mistake) for row in wrong).most_common(20)
    lines = [(str(n), key[0], escape(key[1]), escape(said[key])) for key, n in common]
    return _table(("Students", "Exercise", "Diagnosis", "As one of them was told"), lines)


def _odd(record: Record) -> list[str]:
    """What a person should know of: whatever was not plainly right, wrong or left open."""
    said = [*record.notes, *(note for notebook in record.notebooks for note in notebook.notes)]
    for notebook in record.notebooks:
        for state in (STOPPED, CRASHED, UNREADABLE, MISSING):
            named = [mark.exercise for mark in notebook.marks if mark.state == state]
            if named:
                said.append(f"{notebook.assignment}, {state}: {', '.join(named)}")
    return said


def _students(records: Sequence[Record], rows: Mapping[str, Sequence[Row]]) -> str:
    lines = []
    for record in records:
        mine = rows[record.student]
        points, maximum = sum(r.points for r in mine), sum(r.maximum for r in mine)
        late = "late" if record.late else ""
        seconds = sum(notebook.seconds for notebook in record.notebooks)
        lines.append((_link(record), f"{points:g}", f"{maximum:g}", late, f"{seconds:.1f}"))
    return _table(("Student", "Points", "Of", "", "Seconds"), lines)


def _link(record: Record) -> str:
    return f'<a href="feedback/{escape(record.slug)}.html">{escape(record.student)}</a>'


def _share(rows: Sequence[Row]) -> float:
    maximum = sum(row.maximum for row in rows)
    return max(0.0, min(1.0, sum(row.points for row in rows) / maximum)) if maximum else 0.0


def _state(row: Row) -> str:
    return f"{SIGNS.get(row.state, '✗')} {row.state}"


def _box(row: Row) -> str:
    kind = "mark passed" if row.state == PASSED else "mark"
    said = row.sentence or f"{row.exercise}: {row.state}"
    return (
        f'<p class="{kind}"><strong>{row.exercise}, {row.points:g} of {row.maximum:g}, '
        f"{escape(row.state)}.</strong> {escape(said)}</p>"
    )


def _notes(notes: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f"<ul>{items}</ul>" if notes else ""


def _table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    if not lines:
        return "<p>None.</p>"
    head = "".join(f'<th scope="col">{name}</th>' for name in header)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        # Whatever a student wrote, this page loads nothing and runs nothing.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )
