"""The page in a browser: the answers, their export as files, and the server that answers the same live."""
