"""A small web on loopback that imitates the five source systems and knows the truth about them."""

from tests.practice.quirks import Quirks
from tests.practice.truth import Hit, Neighbour, Truth
from tests.practice.web import PracticeWeb

__all__ = ["Hit", "Neighbour", "PracticeWeb", "Quirks", "Truth"]
