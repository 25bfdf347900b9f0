"""What a chapter shows, claims and asks: the sentences that every notebook is made of."""

from ganlearn.notebook.claims import ClaimFailed, claim
from ganlearn.notebook.figures import show
from ganlearn.notebook.questions import predict, quiz, quiz_score
from ganlearn.notebook.words import FAILS, STANDS, UNTRIED

__all__ = ["FAILS", "STANDS", "UNTRIED", "ClaimFailed"]
__all__ += ["claim", "predict", "quiz", "quiz_score", "show"]
