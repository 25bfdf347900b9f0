"""``ganlearn doctor``: what is here, what is wrong, and how to mend it."""

from __future__ import annotations

import typer


def doctor() -> None:
    """Say what this machine has, what is wrong with it, and how to mend that.

    Exit code 0 when all is fine, 1 when something is wrong. Example: ganlearn doctor
    """
    from ganlearn import doctor as examination

    findings = examination.examine()
    for finding in findings:
        print(finding)
    wrong = sum(not finding.fine for finding in findings)
    print(f"{wrong} to mend." if wrong else "All is fine.")
    raise typer.Exit(int(bool(wrong)))
