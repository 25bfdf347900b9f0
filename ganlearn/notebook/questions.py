"""Questions to the reader: predict, then run; choose one of several. Each is scored.

All of them work as plain code: without a browser the question is printed, and an argument answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from IPython.display import display

from ganlearn.notebook import score
from ganlearn.notebook.words import FAILS, STANDS, UNTRIED, frame, in_browser, say

LETTERS = "abcdefgh"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def predict(
    question: str,
    *,
    choices: Mapping[str, str],
    guess: str | None,
    answer: str,
    why: Mapping[str, str],
) -> None:
    """Score a prediction that the reader commits before running what comes next.

    Args:
        question: what will happen.
        choices: letter to what could happen.
        guess: the reader's letter; ``None`` prints the question and asks for one.
        answer: the letter that turns out right.
        why: letter to the thought behind it, and where that thought leads.

    Raises:
        ValueError: when the guess is none of the letters.
    """
    score.PREDICTIONS.ask(question)
    if guess is None:
        print(_listed(f"Predict: {question}", choices))
        print("Set `guess` to a letter and run this cell again, then read on.")
    elif guess not in choices:
        raise ValueError(f"Your guess {guess!r} is none of {', '.join(choices)}.")
    else:
        score.PREDICTIONS.answer(question, guess == answer)
        verdict = f"{STANDS} Right." if guess == answer else f"{FAILS} It will be {answer}."
        print(f"{verdict} You chose {guess}: {why[guess]}")


def quiz(
    question: str,
    choices: Sequence[str],
    *,
    right: int,
    because: str | Sequence[str],
    answer: str | None = None,
) -> None:
    """Ask one question with several answers to choose from; the first choice counts.

    In a notebook there are buttons for mouse and keyboard. Everywhere else, and in a notebook
    that is only looked at, the question is text, and ``answer="b"`` in the cell answers it.

    Args:
        question: in plain words.
        choices: two to eight answers; they get the letters a, b, c …
        right: the place of the right one, counted from 0.
        because: why it is right. Or one sentence for each choice, in their order: why it is right,
            and where each of the others leads.
        answer: the reader's letter.

    Raises:
        ValueError: when there are fewer than two choices or more than eight, when ``right`` is no
            place among them, when the reasons are not one or one each, or when ``answer`` is none
            of the letters.
    """
    if not 2 <= len(choices) <= len(LETTERS):
        raise ValueError(f"A quiz has two to {len(LETTERS)} choices, not {len(choices)}.")
    if not 0 <= right < len(choices):
        raise ValueError(f"right={right} is no place in a list of {len(choices)}, counted from 0.")
    if not isinstance(because, str) and len(because) != len(choices):
        raise ValueError(f"{len(choices)} choices need {len(choices)} reasons, or one for all.")
    lettered = dict(zip(LETTERS, choices, strict=False))
    if answer is not None and answer not in lettered:
        raise ValueError(f"Your answer {answer!r} is none of {', '.join(lettered)}.")

    def judged(letter: str) -> tuple[str, str, str]:
        """Sign, title and reason for a choice; the score has it from here on."""
        place = LETTERS.index(letter)
        score.QUIZ.answer(question, place == right)
        reason = because if isinstance(because, str) else because[place]
        if place == right:
            return STANDS, f"Right: {letter}) {choices[place]}", reason
        other = "Choose another one." if isinstance(because, str) else reason
        return FAILS, f"Not {letter}) {choices[place]}", other

    score.QUIZ.ask(question)
    if answer is not None:
        sign, title, reason = judged(answer)
        say(f"{sign} {title}. {reason}", frame(sign, title, [("", reason)]))
        return
    text = _listed(f"Quiz: {question}", lettered)
    text += '\nRun this cell and choose, or write answer="a" into its call.'
    if in_browser():
        display(_with_words(_buttons(question, lettered, judged), text), raw=True)
    else:
        print(text)


def quiz_score() -> None:
    """Say how many questions were answered rightly so far; in a notebook the line keeps up.

    Run the cell again before saving, and the score stays in the notebook.
    """
    if not in_browser():
        print(score.told())
        return
    import ipywidgets

    line = ipywidgets.HTML()

    def renew() -> None:
        line.value = frame(STANDS if score.complete() else UNTRIED, score.told())

    for kind in (score.QUIZ, score.PREDICTIONS):
        kind.listeners = [renew]  # one line keeps up, the latest
    renew()
    display(_with_words(line, score.told()), raw=True)


def _listed(question: str, lettered: Mapping[str, str]) -> str:
    return "\n".join([question, *(f"  {letter}) {text}" for letter, text in lettered.items())])


def _with_words(widget: Any, text: str) -> dict[str, Any]:
    """What is displayed: the widget while it lives, and text that a notebook keeps."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {WIDGET_VIEW: view, "text/plain": text}


def _buttons(question: str, lettered: Mapping[str, str], judged: Any) -> Any:
    import ipywidgets

    asked = ipywidgets.HTMLMath(f"<strong>Quiz:</strong> {escape(question)}")
    radio = ipywidgets.RadioButtons(
        options=[(f"{letter}) {text}", letter) for letter, text in lettered.items()],
        value=None,
        description="Your answer:",
        tooltip="the Tab key reaches a choice, the space bar takes it",
        layout={"width": "auto"},
        style={"description_width": "initial"},
    )
    verdict = ipywidgets.HTMLMath()

    def chosen(change: Mapping[str, Any]) -> None:
        if change["new"] is not None:
            sign, title, reason = judged(change["new"])
            verdict.value = frame(sign, title, [("", reason)])

    radio.observe(chosen, "value")
    return ipywidgets.VBox([asked, radio, verdict])
