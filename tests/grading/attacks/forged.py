# ruff: noqa
"""Writes forged frames and rubbish to every descriptor it can find."""

# %%
import os

rubbish = bytes.fromhex("@RUBBISH@")
for descriptor in [4, *range(3), *range(5, 300), 3]:
    try:
        os.write(descriptor, rubbish)
    except OSError:
        pass
