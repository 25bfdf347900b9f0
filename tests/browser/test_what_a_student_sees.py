"""What a student sees and does: the map, a chapter, an exercise, a quiz, an edit from elsewhere."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from ganlearn.course import done, start
from ganlearn.course.attempts import PASSED, WRONG
from ganlearn.course.source import KERNEL

pytestmark = pytest.mark.slow

CHAPTER = "chapters/01_learning_to_sample.ipynb"
EXERCISE = "exercises/02_the_minimax_game.ipynb"
ANSWER, CHECK = "def best_discriminator", 'check("02.1"'


def write(lab, name, *sources):
    cells = [new_markdown_cell("# A notebook"), *(new_code_cell(source) for source in sources)]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    nbformat.write(notebook, lab.root / name)
    return name


def test_the_map_leads_to_a_chapter(student, lab):
    assert start.make(lab.root)
    student.open(start.PAGE)
    student.run_all()
    student.picture("map")
    assert "In all: 0 of" in student.outputs(1)[0]["data"]["text/markdown"]
    student.page.get_by_role("link", name="01 Learning to sample").first.click()
    tab = student.page.locator(".lm-TabBar-tab.lm-mod-current", has_text="01_learning_to_sample")
    tab.first.wait_for()


def test_a_chapter_runs_and_its_sliders_move_by_key_by_mouse_and_by_number(student):
    student.open(CHAPTER)
    student.run_all()
    figure = student.go_to(student.find("course_map(here=1)"))
    words = figure.locator(".jp-RenderedHTMLCommon div").filter(has_text="Figure: ")
    assert words.bounding_box()["width"] <= 1  # read aloud, not seen
    student.picture("figure")
    panel = student.go_to(student.find("panel.show()"))
    handle = panel.locator(".noUi-handle").first
    picture = panel.locator("figure img")
    seen = [look(picture)]
    student.picture("chapter")

    handle.focus()
    student.page.keyboard.press("ArrowRight")
    panel.get_by_role("status").filter(has_text="Temperature 1.05").wait_for()
    seen.append(look(picture))

    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    student.page.mouse.move(x, y)
    student.page.mouse.down()
    student.page.mouse.move(x - 60, y, steps=4)
    student.page.mouse.up()
    panel.get_by_role("status").filter(has_text="Temperature 0.").wait_for()
    seen.append(look(picture))

    typed = panel.get_by_role("spinbutton", name="temperature")
    typed.fill("1.85")
    typed.press("Enter")
    panel.get_by_role("status").filter(has_text="Temperature 1.85").wait_for()
    seen.append(look(picture))
    student.picture("moved")

    assert len({pixels for pixels, _, _ in seen}) == 4
    assert all(alt == caption for _, alt, caption in seen)


def look(picture):
    """Pixels, alternative text and caption of a panel's picture, at one moment."""
    return picture.evaluate(
        "e => [e.src, e.alt, e.closest('figure').querySelector('figcaption').textContent]"
    )


def test_an_exercise_is_solved_by_typing_and_stays_solved(student, lab):
    student.open(EXERCISE)
    student.run_all()
    answer, check = student.find(ANSWER), student.find(CHECK)
    box = lambda words: student.go_to(check).get_by_role("status").filter(has_text=words)
    box("02.1 not attempted").wait_for()

    student.type_last_line(answer, "return p / (p + q)")
    student.run(answer)
    student.run(check)
    box("02.1 not right yet").wait_for()
    student.picture("wrong")
    box("Which hint: Open “Hint 1” above this cell.").wait_for()
    rest = student.go_to(check).locator(".jp-OutputArea-output").last
    assert rest.text_content().strip() == "02.1 is not right yet; the box above says why."

    student.type_last_line(
        answer, "return shown_real * p / (shown_real * p + (1 - shown_real) * q)"
    )
    student.run(answer)
    student.run(check)
    box("02.1 passed").wait_for()
    student.picture("passed")
    student.command("docmanager:save")
    task = done.look(lab.root).chapters[0].tasks[0]
    assert (task.id, task.state) == ("02.1", PASSED)

    student.open(EXERCISE)
    box("02.1 passed").wait_for()
    student.picture("reopened")
    assert "shown_real * p / (" in student.source(answer)


def test_a_notebook_that_was_edited_elsewhere_opens_with_the_edit(student, lab):
    student.open(EXERCISE)
    student.command("docmanager:save")
    student.page.goto("about:blank")
    file = lab.root / EXERCISE
    notebook = json.loads(file.read_text("utf-8"))
    cell = next(c for c in notebook["cells"] if ANSWER in "".join(c["source"]))
    cell["source"] = "def best_discriminator(p, q, shown_real):\n    return p  # edited elsewhere"
    file.write_text(json.dumps(notebook), "utf-8")
    student.open(EXERCISE)
    assert "edited elsewhere" in student.source(student.find(ANSWER))
    student.run_all()
    student.command("docmanager:save")
    assert "edited elsewhere" in file.read_text("utf-8")
    assert done.look(lab.root).chapters[0].tasks[0].state == WRONG


def test_a_quiz_is_answered_with_the_keyboard_and_scored(student, lab):
    name = write(
        lab,
        "quiz.ipynb",
        "from ganlearn.notebook import quiz, quiz_score\n"
        "quiz('Who learns?', ['one', 'both'], right=1, because=['No.', 'They take turns.'])",
        "quiz_score()",
    )
    student.open(name)
    student.run_all()
    quiz, score = student.go_to(1), student.page.locator(".jp-Cell").nth(2)
    score.get_by_text("0 of 1 right, 1 still open").wait_for()
    quiz.get_by_role("radio", name="a) one").focus()
    student.page.keyboard.press("Tab")
    student.page.keyboard.press("Space")
    quiz.get_by_role("status").get_by_text("Right: b) both").wait_for()
    score.get_by_text("1 of 1 right.").wait_for()
    student.picture("quiz")
    student.command("docmanager:save")
    kept = nbformat.read(lab.root / name, 4).cells[1].outputs[0].data["text/plain"]
    assert kept.startswith("Quiz: Who learns?\n  a) one\n  b) both")
