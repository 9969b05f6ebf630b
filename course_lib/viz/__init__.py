"""Pictures, with matplotlib only: every function draws on Axes and returns them."""
