"""The book: lessons, figures, commands and the library as a static site, made by Sphinx; nothing is fetched for it."""
