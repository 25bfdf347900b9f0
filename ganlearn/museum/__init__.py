"""The failure museum: what goes wrong with GANs, switched on by name, measured, and cured.

``museum.run("mode collapse")`` plays a game that collapses, from five seeds at once, in seconds;
``museum.run("mode collapse", cured=True)`` the same game with one thing changed.
"""

from ganlearn.museum import folklore
from ganlearn.museum.exhibit import Exhibit, Visit
from ganlearn.museum.rooms import exhibit, failures, healthy, run

__all__ = ["Exhibit", "Visit", "exhibit", "failures", "folklore", "healthy", "run"]
