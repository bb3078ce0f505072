"""Brightcart orders: extract, transform, load."""
