"""From disk to an Inventory: what is there, read without running it and without a socket."""
