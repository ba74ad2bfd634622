"""The scoreboard: how well pages are read, by us and by others, on pages whose truth is known."""
