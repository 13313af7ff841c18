"""Everything that can go wrong, in words for the person it happens to.

ReviewAppError
├── NotConfigured       NOT_CONFIGURED          the app was started without something it needs
├── SignInNeeded        SIGN_IN_NEEDED          no token, or one the workspace no longer accepts
│   └── LinkRefused     SIGN_IN_LINK_REFUSED    a sign-in link that was used, expired or is wrong
├── NotAllowed          NOT_ALLOWED             known, and may not do this
├── NotFound            NOT_FOUND               there is no such thing, or it is not for this person
├── AlreadyExists       ALREADY_EXISTS          the name is taken
├── BeingChanged        BEING_CHANGED           another change is still under way
├── Refused             REQUEST_REFUSED         the workspace does not accept what was sent
│   ├── ModelRefused    MODEL_NOT_USABLE        a model nobody could review if it were deployed
│   └── GuardRefused    PROMOTION_NOT_YET       a rule of the endpoint keeps a version back
├── TooManyRequests     TOO_MANY_REQUESTS       a rate limit or a quota
├── NotOffered          NOT_OFFERED             this workspace cannot do that
├── Unreachable         WORKSPACE_UNREACHABLE   nobody answers at the workspace's address
├── Unavailable         WORKSPACE_UNAVAILABLE   it answers that it is starting or under maintenance
│   └── ChainStarting    CHAIN_STARTING          the chain is not up yet; the question can be kept
├── TookTooLong         TOOK_TOO_LONG           it did not answer in time
├── Failed              WORKSPACE_FAILED        the workspace itself broke
│   └── ChainFailed      CHAIN_FAILED            the chain raised an error while it was answering
└── Unexpected          UNEXPECTED              a mistake in the app

`error_translation.py` makes them from what the client libraries raise. What a client said stays the
`__cause__`, which the page frame shows to administrators only.
"""

from typing import ClassVar


class ReviewAppError(Exception):
    """Base of all; carries a sentence, what to do, a stable code and maybe a request id."""

    code: ClassVar[str] = "REVIEW_APP_ERROR"
    usual_sentence: ClassVar[str] = "Something went wrong."
    advice: str = "Try again."

    def __init__(
        self,
        sentence: str = "",
        *,
        request_id: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        self.sentence = sentence or self.usual_sentence
        self.request_id = request_id
        # In how many seconds trying again has a chance, where that is known.
        self.retry_after = retry_after
        if retry_after is not None:
            self.advice = f"Try again in {retry_after} second{'' if retry_after == 1 else 's'}."
        super().__init__(self.sentence)


class NotConfigured(ReviewAppError):
    """The app was started without something it needs."""

    code = "NOT_CONFIGURED"
    usual_sentence = "The app is not set up completely."
    advice = "Tell the person who runs this app."


class SignInNeeded(ReviewAppError):
    """No token was sent, or the workspace no longer accepts it."""

    code = "SIGN_IN_NEEDED"
    usual_sentence = "Your sign-in is no longer valid."
    advice = "Open a new sign-in link."


class LinkRefused(SignInNeeded):
    """A sign-in link that was used before, has run out or was never given."""

    code = "SIGN_IN_LINK_REFUSED"
    usual_sentence = "This sign-in link does not work any more."
    advice = "A link works once and only for a while. Ask for a new one."


class NotAllowed(ReviewAppError):
    """The person is known and may not do this."""

    code = "NOT_ALLOWED"
    usual_sentence = "You do not have permission for this."
    advice = "Ask an administrator to give you access."


class NotFound(ReviewAppError):
    """There is no such thing, or none this person may see."""

    code = "NOT_FOUND"
    usual_sentence = "This does not exist, or not any more."
    advice = "Go back and look at the list again."


class AlreadyExists(ReviewAppError):
    """The name is taken."""

    code = "ALREADY_EXISTS"
    usual_sentence = "Something with this name already exists."
    advice = "Choose another name."


class BeingChanged(ReviewAppError):
    """Another change is still under way."""

    code = "BEING_CHANGED"
    usual_sentence = "This is currently updating."
    advice = "Wait until the change has finished, then try again."


class Refused(ReviewAppError):
    """The workspace does not accept what was sent."""

    code = "REQUEST_REFUSED"
    usual_sentence = "The workspace did not accept this."
    advice = "Change what you entered and try again."


class ModelRefused(Refused):
    """A model nobody could chat with, so it is not deployed."""

    code = "MODEL_NOT_USABLE"
    usual_sentence = "This model cannot be used in the Review App."
    advice = "Log the model again with the change named above."


class GuardRefused(Refused):
    """A rule somebody has set for the endpoint keeps a version back."""

    code = "PROMOTION_NOT_YET"
    usual_sentence = "A rule of this endpoint keeps this version back."
    advice = "Let more people judge it, or change the rule under Guard rails."


class TooManyRequests(ReviewAppError):
    """A rate limit or a quota is used up."""

    code = "TOO_MANY_REQUESTS"
    usual_sentence = "Too many requests at the moment."
    advice = "Wait a minute, then try again."


class NotOffered(ReviewAppError):
    """This workspace cannot do that."""

    code = "NOT_OFFERED"
    usual_sentence = "This workspace does not offer that."
    advice = "Tell an administrator which page you were on."


class Unreachable(ReviewAppError):
    """Nobody answers at the workspace's address."""

    code = "WORKSPACE_UNREACHABLE"
    usual_sentence = "The workspace cannot be reached."
    advice = "Try again in a moment. If it stays this way, tell the person who runs this app."


class Unavailable(ReviewAppError):
    """It answers that it is starting or under maintenance."""

    code = "WORKSPACE_UNAVAILABLE"
    usual_sentence = "The workspace is not ready yet."
    advice = "Try again in a minute."


class ChainStarting(Unavailable):
    """The chain is not up yet."""

    code = "CHAIN_STARTING"
    usual_sentence = "This chain is still starting."
    advice = "Your question is kept. Try again in a minute."


class TookTooLong(ReviewAppError):
    """It did not answer in time."""

    code = "TOOK_TOO_LONG"
    usual_sentence = "The workspace took too long to answer."
    advice = "Try again in a moment."


class Failed(ReviewAppError):
    """The workspace itself broke."""

    code = "WORKSPACE_FAILED"
    usual_sentence = "The workspace could not do this because of a fault of its own."
    advice = "Try again. If it happens again, tell an administrator."


class ChainFailed(Failed):
    """The chain raised an error while it was answering."""

    code = "CHAIN_FAILED"
    usual_sentence = "The chain failed while it was answering."
    advice = "Ask again, or in other words. If it happens again, tell whoever built the chain."


class Unexpected(ReviewAppError):
    """A mistake in the app, never the visitor's."""

    code = "UNEXPECTED"
    usual_sentence = "Something went wrong that the app did not expect."
    advice = "Try again. If it happens again, give an administrator the request id below."
