# ruff: noqa
"""Writes forged frames and rubbish to every descriptor it can find."""

# %%
import os

rubbish = bytes.fromhex("@RUBBISH@")
for descriptor in list(range(3)) + list(range(4, 300)) + [3]:
    try:
        os.write(descriptor, rubbish)
    except OSError:
        pass
