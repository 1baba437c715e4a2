"""Batch normalization and a toy MLP in numpy."""
