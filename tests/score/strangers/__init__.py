"""Systems that no rule was written for and no figure was tuned on, when they were first read.

NukeViet and SharePoint came first; the reader was then made better by what it did on them. Joomla,
Modern and FrontPage were written after that, by somebody who had not read the reader.
"""

from tests.score.strangers.frontpage import FrontPage
from tests.score.strangers.joomla import Joomla
from tests.score.strangers.modern import Modern
from tests.score.strangers.nukeviet import NukeViet
from tests.score.strangers.sharepoint import SharePoint
from tests.score.strangers.stranger import Stranger

__all__ = ["STRANGERS", "FrontPage", "Joomla", "Modern", "NukeViet", "SharePoint", "Stranger"]

STRANGERS: tuple[type[Stranger], ...] = (NukeViet, SharePoint, Joomla, Modern, FrontPage)
