"""How a secret is remembered without being kept."""

import hashlib


def fingerprint(secret: str) -> str:
    """Return the SHA-256 of a secret.

    Every secret here is at least 128 random bits, so a plain hash cannot be searched for; and
    the one of a token is computed on every request, so it must be fast.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
