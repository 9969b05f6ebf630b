"""Student code runs here and nowhere else: the sandbox, the worker in it, and the conversation with it."""
