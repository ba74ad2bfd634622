"""Systems that no rule was written for, by people who had not read the reader.

They came in three parties, and the reader was made better by what it did on each: ARCHITECTURE has
the figures of its first sight of them. Whoever wants another first sight writes another stranger.
"""

from tests.score.strangers.frontpage import FrontPage
from tests.score.strangers.handmade import HandMade
from tests.score.strangers.joomla import Joomla
from tests.score.strangers.modern import Modern
from tests.score.strangers.newspaper import Newspaper
from tests.score.strangers.nukeviet import NukeViet
from tests.score.strangers.partyschool import PartySchool
from tests.score.strangers.sharepoint import SharePoint
from tests.score.strangers.stranger import Stranger

__all__ = [
    "STRANGERS",
    "FrontPage",
    "HandMade",
    "Joomla",
    "Modern",
    "Newspaper",
    "NukeViet",
    "PartySchool",
    "SharePoint",
    "Stranger",
]

STRANGERS: tuple[type[Stranger], ...] = (
    NukeViet,
    SharePoint,
    Joomla,
    Modern,
    FrontPage,
    PartySchool,
    HandMade,
    Newspaper,
)
