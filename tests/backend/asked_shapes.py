"""Every shape a question may be put in, of two kinds: with what was said before, and without."""

from backend.turns.answers import Answer, Conversation, Turn
from backend.turns.chat_requests import Kind, QuestionShape

HISTORY = Conversation("c", "chain", (Turn("Hello?", Answer("Hi.", "r-0")),))
KNOWING = [
    QuestionShape(Kind.CHAT),
    QuestionShape(Kind.CHAT_AGENT),
    QuestionShape(Kind.RESPONSES),
    QuestionShape(Kind.SPLIT_CHAT),
    QuestionShape(Kind.SPLIT_CHAT, wrapper="dataframe_split"),
    QuestionShape(Kind.SPLIT_CHAT, wrapper="dataframe_records"),
]
FORGETFUL = [
    QuestionShape(Kind.ONE_FIELD, "what"),
    QuestionShape(Kind.TABLE, "question", "dataframe_split"),
    QuestionShape(Kind.TABLE, "what", "dataframe_records"),
    QuestionShape(Kind.BARE),
]
