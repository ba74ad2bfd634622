"""One module for each site; those of the directory that TINHUY_SITES names are among them."""

from crawler import settings

if settings.SITES:
    __path__.append(settings.SITES)
