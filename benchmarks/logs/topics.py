"""What people ask a chain about a handbook, and what it says: a dozen topics, readable enough.

Questions are made from phrases, so that those of one topic resemble each other and no two are the
same for long. Answers and passages are padded with words of no language, so that files of many
rows compress no better than real ones.
"""

import random
from dataclasses import dataclass

# A word that occurs in few answers, for searching.
RARE = "supernova"
TOPICS = {
    "leave": ("annual leave", "parental leave", "a day off", "unpaid leave", "public holidays"),
    "expenses": ("a receipt", "travel expenses", "a meal allowance", "mileage", "a refund"),
    "travel": ("a train ticket", "a hotel booking", "a flight", "a visa", "a rental car"),
    "payroll": ("my payslip", "overtime pay", "a bonus", "the tax form", "my bank account"),
    "laptop": ("a new laptop", "a broken screen", "a docking station", "a charger", "the keyboard"),
    "network": ("the wireless network", "the tunnel", "a guest account", "the proxy", "a cable"),
    "passwords": ("my password", "a security key", "the login code", "a locked account", "a vault"),
    "building": ("a parking space", "the badge", "a meeting room", "the bike cellar", "a locker"),
    "training": ("a language course", "a conference", "a certificate", "the budget", "a mentor"),
    "insurance": ("health insurance", "an accident report", "a claim", "the dentist", "glasses"),
    "printing": ("the printer", "a toner", "a poster", "the scanner", "paper jams"),
    "remote": ("working from home", "working abroad", "core hours", "a desk chair", "a monitor"),
}
NAMES = tuple(TOPICS)
_BEGINNINGS = (
    *("How do I ask for {}", "Who approves {}", "What is the rule for {}", "Where can I find {}"),
    *(
        "Can I have {}",
        "What do I do about {}",
        "How long does it take to get {}",
        "Who pays for {}",
    ),
)
_MIDDLES = (
    *("", " when I work part time", " in my first year", " for a colleague", " on short notice"),
    *(" from another office", " during probation", " at the end of the year", " as a trainee"),
)
_ENDS = ("?", ", please?", " this month?", " next week?", " and whom do I tell?")
_VERBS = ("is handled by", "has to be agreed with", "is paid by", "is ordered from", "goes to")
_OFFICES = ("the front desk", "your manager", "the service team", "the finance office", "the board")
_TAILS = (
    *("within five working days", "before the end of the month", "once the form is signed"),
    *("as the handbook says in chapter three", "unless it was asked for too late", "as a rule"),
)
_SYLLABLES = (
    *("ka", "ro", "mi", "ten", "sal", "vor", "lu", "pex"),
    *("dra", "on", "ist", "um", "be", "fi", "gor", "han"),
)
_PAPERS = ("rules", "forms", "questions", "contacts", "archive")
_FILLERS = 20_000


@dataclass(frozen=True)
class Paper:
    """One document of the handbook; what a bad one says is out of date."""

    topic: str
    uri: str
    title: str
    is_bad: bool


def _papers() -> tuple[Paper, ...]:
    bad = ("leave/archive", "expenses/archive", "remote/questions")
    return tuple(
        Paper(
            topic,
            f"https://handbook.example.org/{topic}/{name}",
            f"{topic.capitalize()}: {name}",
            is_bad=f"{topic}/{name}" in bad,
        )
        for topic in NAMES
        for name in _PAPERS
    )


PAPERS = _papers()
OF_TOPIC = {name: tuple(each for each in PAPERS if each.topic == name) for name in NAMES}


class Words:
    """Makes questions, answers and passages; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self._fillers = [_filler(chance) for _ in range(_FILLERS)]

    def question(self, topic: str, chance: random.Random) -> str:
        """Return something to ask."""
        beginning = chance.choice(_BEGINNINGS).format(chance.choice(TOPICS[topic]))
        return beginning + chance.choice(_MIDDLES) + chance.choice(_ENDS)

    def answer(self, topic: str, chance: random.Random) -> str:
        """Return something to say; once in two thousand times it holds the rare word."""
        said = [_said(topic, chance) for _ in range(2)]
        if chance.random() < 0.0005:
            said.append(f"It was a {RARE}.")
        return " ".join([*said, *chance.choices(self._fillers, k=4)])

    def passage(self, topic: str, chance: random.Random) -> str:
        """Return a piece of a document."""
        return " ".join([_said(topic, chance), *chance.choices(self._fillers, k=3)])


def _said(topic: str, chance: random.Random) -> str:
    what = chance.choice(TOPICS[topic])
    about = what[0].upper() + what[1:]
    verb, office, tail = chance.choice(_VERBS), chance.choice(_OFFICES), chance.choice(_TAILS)
    return f"{about} {verb} {office} {tail}."


def _filler(chance: random.Random) -> str:
    words = ("".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(20))
    return " ".join(words).capitalize() + "."
