"""For instructors: hand out exercises, and grade what comes back.

``release`` makes the folder for students, ``grade`` runs and marks submissions. How to use them,
and what the isolation of submissions does and does not protect from: docs/instructors.md.
"""

from ganlearn.grading.grade import Grades, grade
from ganlearn.grading.release import Release, release

__all__ = ["Grades", "Release", "grade", "release"]
