"""The rooms of `archive.verify`: what is asked of a record, a file, an index, a package, of all."""
