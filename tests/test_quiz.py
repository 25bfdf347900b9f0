"""Quiz and predictions: asked as text, answered by argument or by button, scored once."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from ganlearn.course.execute import execute
from ganlearn.notebook import predict, questions, quiz, quiz_score, score

PLAYERS = ("How many players has the game?", ["one", "two", "three"])
REASONS = ["one alone plays no game.", "a generator and a discriminator.", "who is the third?"]


@pytest.fixture(autouse=True)
def afresh():
    """No question has been asked yet."""
    score.QUIZ.forget()
    score.PREDICTIONS.forget()


def ask(question=PLAYERS[0], **more):
    quiz(question, PLAYERS[1], **{"right": 1, "because": REASONS} | more)


def total(capsys):
    capsys.readouterr()
    quiz_score()
    return capsys.readouterr().out.strip()


def test_without_a_browser_the_question_is_text(capsys):
    ask()
    assert capsys.readouterr().out == (
        "Quiz: How many players has the game?\n  a) one\n  b) two\n  c) three\n"
        'Run this cell and choose, or write answer="a" into its call.\n'
    )


@pytest.mark.parametrize(
    ("answer", "because", "line"),
    [
        ("b", REASONS, "✓ Right: b) two. a generator and a discriminator."),
        ("a", REASONS, "✗ Not a) one. one alone plays no game."),
        ("b", "So it is.", "✓ Right: b) two. So it is."),
        ("c", "So it is.", "✗ Not c) three. Choose another one."),
    ],
)
def test_an_answer_is_judged_and_a_wrong_one_does_not_give_the_right_one_away(
    answer, because, line, capsys
):
    ask(answer=answer, because=because)
    assert capsys.readouterr().out == line + "\n"


def test_the_score_counts_each_question_once_and_its_first_answer(capsys):
    assert total(capsys) == "No question has been asked yet; run the cells above."
    ask()
    ask("Which one?")
    ask("And now?")
    assert total(capsys) == "Quiz: 0 of 3 right, 3 still open."
    ask(answer="b")
    ask("Which one?", answer="a")
    ask("Which one?", answer="b")  # too late
    ask()  # asked again: the answer stays
    assert total(capsys) == "Quiz: 1 of 3 right, 1 still open."
    ask("And now?", answer="b")
    assert total(capsys) == "Quiz: 2 of 3 right."
    assert not score.complete()


def test_predictions_are_scored_beside_the_quiz(capsys):
    guesses = dict(choices={"a": "up", "b": "down"}, answer="b", why={"a": "no.", "b": "yes."})
    predict("Where to?", guess=None, **guesses)
    assert total(capsys) == "Predictions: 0 of 1 right, 1 still open."
    predict("Where to?", guess="b", **guesses)
    ask(answer="b")
    assert total(capsys) == "Quiz: 1 of 1 right. Predictions: 1 of 1 right."
    assert score.complete()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"right": 3}, "right=3 is no place in a list of 3, counted from 0"),
        ({"right": -1}, "right=-1 is no place"),
        ({"because": ["a", "b"]}, "3 choices need 3 reasons, or one for all"),
        ({"answer": "d"}, "'d' is none of a, b, c"),
        ({"answer": "B"}, "'B' is none of a, b, c"),
    ],
)
def test_what_an_author_or_a_reader_mistypes(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        ask(**wrong)
    assert not score.QUIZ.asked


@pytest.mark.parametrize("n", [1, 9])
def test_a_quiz_has_two_to_eight_choices(n):
    with pytest.raises(ValueError, match=f"two to 8 choices, not {n}"):
        quiz("?", ["x"] * n, right=0, because="y")


@pytest.fixture
def browser(monkeypatch):
    """What a notebook with a browser would be sent."""
    sent = []
    monkeypatch.setattr(questions, "in_browser", lambda: True)
    monkeypatch.setattr(questions, "display", lambda data, raw: sent.append(data))
    return sent


def test_buttons_answer_and_the_score_keeps_up(browser, monkeypatch):
    made = []
    buttons = questions._buttons
    monkeypatch.setattr(questions, "_buttons", lambda *a: made.append(buttons(*a)) or made[-1])
    ask()
    lines = []
    words = questions._with_words
    monkeypatch.setattr(questions, "_with_words", lambda w, t: lines.append(w) or words(w, t))
    quiz_score()
    _asked, radio, verdict = made[0].children
    assert radio.value is None and radio.description == "Your answer:"
    assert [label for label, _ in radio.options] == ["a) one", "b) two", "c) three"]
    assert verdict.value == ""
    radio.value = "a"
    assert "✗ Not a) one" in verdict.value and "plays no game" in verdict.value
    radio.value = "b"
    assert "✓ Right: b) two" in verdict.value
    assert 'role="status"' in verdict.value
    assert "0 of 1 right." in lines[-1].value  # the first answer counts
    assert browser[0]["text/plain"].startswith("Quiz: How many players")


def test_what_a_notebook_keeps_is_text_and_the_same_every_time(tmp_path):
    code = [
        "from ganlearn.notebook import quiz, quiz_score",
        "quiz('Up?', ['yes', 'no'], right=0, because='So.')",
        "quiz('Up?', ['yes', 'no'], right=0, because='So.', answer='a')",
        "quiz_score()",
    ]
    kept = []
    for _ in range(2):
        notebook = new_notebook(cells=[new_code_cell(source) for source in code])
        execute(notebook, tmp_path, variables={})
        kept.append([cell.outputs for cell in notebook.cells])
    assert kept[0] == kept[1]
    _, asked, answered, scored = kept[0]
    assert asked[0].data["text/plain"].startswith("Quiz: Up?\n  a) yes\n  b) no")
    assert answered[0].data["text/plain"] == "✓ Right: a) yes. So."
    assert scored[0].data == {"text/plain": "Quiz: 1 of 1 right."}
