"""Bytes out and in.

wiretap   Scrapy's HTTP/1.1 handler with a tape on every connection
capture   the download handler of live runs: every fetch becomes one recorded Exchange
replay    the download handler of replays: the same answers from a collection, no network
guard     addresses that are refused
decoding  content codings, undone as a browser does
location  redirects, followed without the passwords in them
"""
