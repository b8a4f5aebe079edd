"""One module a chapter: its explorers and exercises, built from the rooms below."""
