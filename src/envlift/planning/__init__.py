"""Inventory to Plan: decisions with reasons, open questions as data, nothing written."""
