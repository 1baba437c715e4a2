"""Questions with feedback: the reader commits to an answer, and reads what it means."""

from .bank import load_questions
from .question import Question

__all__ = ["Question", "load_questions"]
