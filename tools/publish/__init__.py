"""The repository that the pages point at; links, a server, a browser, scores."""
