"""`make torture`: crawls that are killed, run out of disk or are refused by it; nothing is lost."""
