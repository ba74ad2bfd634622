"""Three more systems, written by somebody who had not read the reader, after the first were mended.

Whatever the reader is changed for after it has seen them, they are strangers no longer.
"""

from tests.score.strangers.handmade import HandMade
from tests.score.strangers.newspaper import Newspaper
from tests.score.strangers.partyschool import PartySchool
from tests.score.strangers.stranger import Stranger

HOLDOUT: tuple[type[Stranger], ...] = (PartySchool, HandMade, Newspaper)
