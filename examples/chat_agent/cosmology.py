"""Distances and times in a flat universe of matter and dark energy, as astronomers quote them.

The parameters are the rounded Planck values that most circulars use. Radiation is left out, which
changes the results by less than a per cent below redshift 10.
"""

from dataclasses import dataclass
from math import asinh, sqrt

HUBBLE = 67.7  # km/s/Mpc
MATTER = 0.31
MAX_REDSHIFT = 20.0
_HUBBLE_TIME = 977.8 / HUBBLE  # Gyr
_HUBBLE_DISTANCE = 299_792.458 / HUBBLE / 1000  # Gpc
_STEPS = 2000


@dataclass(frozen=True)
class LightTravel:
    """What a redshift means for the light that arrives today."""

    redshift: float
    stretch: float
    travel_time_gyr: float
    age_at_emission_gyr: float
    luminosity_distance_gpc: float


def light_travel(redshift: float) -> LightTravel:
    """Return how long the light travelled and how far away its source is."""
    if not 0 <= redshift <= MAX_REDSHIFT:
        raise ValueError(f"The redshift must lie between 0 and {MAX_REDSHIFT:g}, not {redshift}.")
    then = _age(redshift)
    return LightTravel(
        redshift=redshift,
        stretch=1 + redshift,
        travel_time_gyr=_age(0.0) - then,
        age_at_emission_gyr=then,
        luminosity_distance_gpc=(1 + redshift) * _comoving_distance(redshift),
    )


def _age(redshift: float) -> float:
    ratio = sqrt((1 - MATTER) / MATTER) * (1 + redshift) ** -1.5
    return _HUBBLE_TIME * 2 / (3 * sqrt(1 - MATTER)) * asinh(ratio)


def _comoving_distance(redshift: float) -> float:
    width = redshift / _STEPS
    middles = ((step + 0.5) * width for step in range(_STEPS))
    integral = sum(1 / sqrt(MATTER * (1 + z) ** 3 + 1 - MATTER) for z in middles) * width
    return _HUBBLE_DISTANCE * integral
