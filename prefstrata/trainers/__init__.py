"""Layers as trainers read them: one module per format, and the one way from a release into a folder."""

from prefstrata.trainers._checkout import FORMATS, CheckedOut, WrittenFile, checkout_layer

__all__ = ["FORMATS", "CheckedOut", "WrittenFile", "checkout_layer"]
