"""The pictures in the lessons' text, a module for each group of lessons: a function draws one, from data of its own."""
