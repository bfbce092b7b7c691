"""What changes the pages while the book is built: Sphinx extensions, styles, fonts."""
