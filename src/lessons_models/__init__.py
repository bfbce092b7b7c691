"""Models and data that a lesson or two are about, for the lesson and for its sweep."""
