"""The course's own tools: notebooks from their sources, exercises from solutions, a check of all.

``build`` makes the notebooks, ``check`` finds what is wrong without changing anything, ``run``
runs one chapter without a browser. How to write a chapter is in docs/authoring.md.
"""

from ganlearn.course.building import Report, build
from ganlearn.course.checking import check
from ganlearn.course.pairing import pairing_config
from ganlearn.course.places import find_root
from ganlearn.course.problems import Problem
from ganlearn.course.running import Run, run

__all__ = ["Problem", "Report", "Run", "build", "check", "find_root", "pairing_config", "run"]
